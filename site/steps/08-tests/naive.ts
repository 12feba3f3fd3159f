// Lines by hand, with a mistake, and what becomes of the same bytes for each cut.
// Try it: node naive.ts

import { Protocol } from 'couplet';
import { StringTransport, verifyFraming } from 'couplet/testing';

// #region naive
/** Answers each line with its length. */
export class Naive extends Protocol<unknown> {
  #held = '';

  override dataReceived(data: Buffer) {
    const lines = data.toString().split('\r\n');
    lines[0] = this.#held + lines[0];
    this.#held = lines.pop() ?? '';
    for (const line of lines) this.transport.write(`${line.length}\r\n`);
  }
}
// #endregion naive

export const STREAM = 'sun\r\nmoon\r\n';
export const ANSWER = '3\r\n4\r\n';

/** What a protocol writes when the stream comes in two chunks, the first of which has that many bytes. */
export function cutAt(bytes: number): { chunks: readonly [string, string]; answer: string } {
  const chunks = [STREAM.slice(0, bytes), STREAM.slice(bytes)] as const;
  const transport = new StringTransport();
  const naive = new Naive();
  naive.makeConnection(transport);
  for (const chunk of chunks) naive.dataReceived(Buffer.from(chunk));
  return { chunks, answer: transport.value().toString() };
}

if (import.meta.main) {
  for (let bytes = 1; bytes < STREAM.length; bytes += 1) {
    const { chunks, answer } = cutAt(bytes);
    const [first, second] = chunks.map((chunk) => JSON.stringify(chunk));
    console.log(`${answer === ANSWER ? 'right' : 'WRONG'}  ${first} + ${second} -> ${JSON.stringify(answer)}`);
  }
  try {
    verifyFraming(() => new Naive(), STREAM);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
}
