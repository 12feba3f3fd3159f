import type { ConnectionBounds } from '../protocol/options.ts';
import type { Timing } from '../time/sweep.ts';
import { Sweep } from '../time/sweep.ts';

/** Waits end together, up to this time in milliseconds late. */
const GRAIN_MS = 100;

/** How long a wait may last, in milliseconds: while nothing happens, and in all. */
export type LingerBounds = Pick<ConnectionBounds, 'lingerTimeoutMs' | 'lingerMaxMs'>;

/**
 * One wait of a connection that closes: for the peer's FIN after ours, for the kernel to take what is unsent, or for the protocol
 * to take what had arrived. It ends when nothing has happened for `idleMs`, and after `mostMs` in any case. An event only changes
 * a number.
 */
export class Linger {
  previous: Linger | undefined;
  next: Linger | undefined;
  /** When it ends. */
  deadline: number;
  readonly over: () => void;
  readonly #idleMs: number;
  readonly #end: number;
  #since: number;
  /** How much was left to be sent at the last check, if the runtime tells. */
  #left: number | undefined;

  constructor(now: number, idleMs: number, mostMs: number, over: () => void) {
    this.over = over;
    this.#idleMs = idleMs;
    this.#end = now + mostMs;
    this.#since = now;
    this.deadline = Math.min(now + idleMs, this.#end);
  }

  /** Something happened: the time without events begins anew. */
  heard(now: number): void {
    this.#since = now;
    this.extend(now);
  }

  /**
   * Takes whether the peer took a chunk, and how much of what the wire holds is left, if the runtime tells. Returns true if
   * something has moved since the last call: then the wait goes on.
   */
  flushed(taken: boolean, left: number | undefined, now: number): boolean {
    const moved = taken || (this.#left !== undefined && this.#left !== left);
    this.#left = left;
    if (moved) this.heard(now);
    return moved;
  }

  /** Returns for how many milliseconds nothing has happened. */
  idleFor(now: number): number {
    return now - this.#since;
  }

  /** Nothing has happened, and that may go on for `idleMs` more. */
  extend(now: number): void {
    this.deadline = Math.min(now + this.#idleMs, this.#end);
  }
}

/** All waits of an engine. Nearly every one is over within a round trip. */
export class Lingers extends Sweep<Linger> {
  readonly #timing: Timing;

  constructor(timing: Timing) {
    super(timing, GRAIN_MS);
    this.#timing = timing;
  }

  /** Begins a wait; `over` is called when it ends by itself. */
  begin({ lingerTimeoutMs, lingerMaxMs }: LingerBounds, over: () => void): Linger {
    const linger = new Linger(this.#timing.now(), lingerTimeoutMs, lingerMaxMs, over);
    this.add(linger);
    return linger;
  }

  /** Ends a wait, if there is one. Returns undefined, to be assigned to what held the wait. */
  end(linger: Linger | undefined): undefined {
    if (linger !== undefined) this.remove(linger);
  }
}
