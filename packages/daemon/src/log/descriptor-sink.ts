import { closeSync, write, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Done, Sink } from './sink.ts';

/** A regular file, a terminal, or another device. Writes to a terminal are synchronous: what a person sees is what has happened. */
export class DescriptorSink implements Sink {
  readonly writeBytes = 65_536;
  readonly lineBytes = 16_384;
  readonly errorsAreFinal = false;
  readonly pending = 0;
  readonly terminal: boolean;
  readonly #descriptor: number;
  readonly #owned: boolean;
  #writing = false;
  #closed = false;

  /** `owned` says whether `close` closes the descriptor. */
  constructor(descriptor: number, owned: boolean) {
    this.#descriptor = descriptor;
    this.#owned = owned;
    this.terminal = isatty(descriptor);
  }

  write(bytes: Buffer, done: Done): void {
    if (this.terminal) {
      this.#writeToTerminal(bytes, done);
      return;
    }
    this.#writing = true;
    write(this.#descriptor, bytes, (error, taken) => {
      this.#writing = false;
      if (this.#closed) this.#release();
      if (error === null) done(taken);
      else done(0, error);
    });
  }

  #writeToTerminal(bytes: Buffer, done: Done): void {
    let taken = 0;
    let failure: Error | undefined;
    try {
      taken = this.writeNow(bytes);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(`${error}`);
    }
    done(taken, failure);
  }

  writeNow(bytes: Buffer): number {
    return writeSync(this.#descriptor, bytes);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#writing) this.#release();
  }

  #release(): void {
    if (!this.#owned) return;
    try {
      closeSync(this.#descriptor);
    } catch {
      // A disk may tell of its errors once more: each write has told of them.
    }
  }
}
