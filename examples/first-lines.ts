// A client with `open`: prints the first ten lines that a server sends, and leaves. Only what the loop asks for is read, so a
// server with back-pressure sends little more.
// Try it: start stream.ts, then run this.

import { open } from 'couplet';

export async function firstLines(description: string, count: number): Promise<string[]> {
  const first: string[] = [];
  await using connection = await open(description); // closes at the end of this scope, whatever happens
  for await (const line of connection.lines({ delimiter: '\n' })) {
    first.push(line);
    if (first.length === count) break; // leaving the loop closes too
  }
  return first;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  try {
    for (const line of await firstLines(`tcp:127.0.0.1:${process.argv[2] ?? 8011}`, 10)) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
