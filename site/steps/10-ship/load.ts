// Many clients at once, each with a question: how many are answered?
// Try it: node load.ts PORT 200

import { type Connection, open } from 'couplet';

const [, , port = '8060', many = '100'] = process.argv;

/** What one client gets: an answer, a word of refusal, or nothing. */
async function visit(): Promise<string> {
  let connection: Connection | undefined;
  try {
    connection = await open(`tcp:127.0.0.1:${port}:timeout=5`);
    await connection.write('spring\r\n');
    const { value, done } = await connection.lines().next();
    return done ? 'closed without a word' : value;
  } catch (error) {
    return error instanceof Error ? error.name : 'failed';
  } finally {
    connection?.close();
  }
}

const counts = new Map<string, number>();
for (const outcome of await Promise.all(Array.from({ length: Number(many) }, visit)))
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
for (const [outcome, count] of counts) console.log(`${count} times: ${outcome}`);
