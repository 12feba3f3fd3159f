import { closeSync, writeSync } from 'node:fs';
import { codeOf } from '../values/error-words.ts';
import type { Done, Sink } from './sink.ts';

/** How long a full pipe is left alone, at first and at most, in milliseconds. */
const FIRST_MS = 1;
const LONGEST_MS = 8;

/**
 * A pipe or a socket, as `SocketSink`, where the event loop does not wait for room in a descriptor: a full one is tried again and again.
 * A socket has to be non-blocking already, as that which a supervisor shares is; otherwise a full one holds up the process.
 */
export class PolledSink implements Sink {
  readonly writeBytes = 4096;
  readonly lineBytes = 4096;
  readonly terminal = false;
  readonly errorsAreFinal = true;
  readonly #descriptor: number;
  readonly #owned: boolean;
  #closed = false;
  #pending = 0;
  #giveUp: (() => void) | undefined;

  /** `owned` says whether `close` closes the descriptor. */
  constructor(descriptor: number, owned: boolean) {
    this.#descriptor = descriptor;
    this.#owned = owned;
  }

  get pending(): number {
    return this.#pending;
  }

  write(bytes: Buffer, done: Done): void {
    this.#try(bytes, 0, FIRST_MS, (taken, error) => void process.nextTick(done, taken, error));
  }

  #try(bytes: Buffer, before: number, waitMs: number, done: Done): void {
    let taken = before;
    try {
      taken += this.writeNow(bytes.subarray(before));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') {
        this.#pending = 0;
        done(taken, error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
    this.#pending = bytes.length - taken;
    if (this.#pending === 0) {
      done(taken);
      return;
    }
    const timer = setTimeout(() => {
      this.#giveUp = undefined;
      this.#try(bytes, taken, Math.min(2 * waitMs, LONGEST_MS), done);
    }, waitMs);
    this.#giveUp = () => {
      clearTimeout(timer);
      this.#pending = 0;
      done(taken, new Error('the pipe is closed'));
    };
  }

  writeNow(bytes: Buffer): number {
    // A descriptor that is closed may be that of a connection by now.
    if (this.#closed) throw new Error('the pipe is closed');
    return writeSync(this.#descriptor, bytes);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#giveUp?.();
    if (this.#owned) closeSync(this.#descriptor);
  }
}
