import type { Done, Sink } from '../../src/log/sink.ts';

/** A sink whose writes end when the test says so. */
export class FakeSink implements Sink {
  writeBytes = 4096;
  lineBytes = 4096;
  terminal = false;
  errorsAreFinal = false;
  pending = 0;
  closed = 0;
  /** What the system took. */
  text = '';
  /** What `writeNow` answers before it takes anything. */
  refusals: Error[] = [];
  #under: { readonly bytes: Buffer; readonly done: Done } | undefined;

  /** What is being written. */
  get under(): string | undefined {
    return this.#under?.bytes.toString();
  }

  write(bytes: Buffer, done: Done): void {
    if (this.#under !== undefined) throw new Error('a write is under way');
    this.#under = { bytes, done };
  }

  /** Takes a number of bytes of what is being written, all unless set, and ends the write. */
  take(taken = Number.POSITIVE_INFINITY, error?: Error): void {
    const under = this.#under;
    if (under === undefined) throw new Error('no write is under way');
    this.#under = undefined;
    const bytes = under.bytes.subarray(0, taken);
    this.text += bytes.toString();
    under.done(bytes.length, error);
  }

  /** Takes all that comes. */
  drain(): void {
    while (this.#under !== undefined) this.take();
  }

  writeNow(bytes: Buffer): number {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    this.text += bytes.toString();
    return bytes.length;
  }

  close(): void {
    this.closed += 1;
  }
}
