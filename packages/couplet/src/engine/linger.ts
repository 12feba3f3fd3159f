import type { ConnectionBounds } from '../protocol/connection-options.ts';
import type { Timing } from '../protocol/sweep.ts';
import { Sweep } from '../protocol/sweep.ts';

/** The waits of many connections end together, up to so much late. */
const GRAIN_MS = 100;

/**
 * One wait for the peer's FIN after ours. It ends when nothing arrived for `idleMs`, and after `mostMs` in any case. Input
 * only moves a number.
 */
export class Linger {
  previous: Linger | undefined;
  next: Linger | undefined;
  /** When it ends. */
  deadline: number;
  readonly over: () => void;
  readonly #idleMs: number;
  readonly #end: number;

  constructor(now: number, idleMs: number, mostMs: number, over: () => void) {
    this.over = over;
    this.#idleMs = idleMs;
    this.#end = now + mostMs;
    this.deadline = Math.min(now + idleMs, this.#end);
  }

  /** Input arrived. */
  heard(now: number): void {
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
  begin({ lingerTimeoutMs, lingerMaxMs }: ConnectionBounds, over: () => void): Linger {
    const linger = new Linger(this.#timing.now(), lingerTimeoutMs, lingerMaxMs, over);
    this.add(linger);
    return linger;
  }

  /** Ends a wait, if there is one; there is none then. */
  end(linger: Linger | undefined): undefined {
    if (linger !== undefined) this.remove(linger);
  }
}
