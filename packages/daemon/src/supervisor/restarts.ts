import type { Clock } from 'couplet';
import type { Periods } from './periods.ts';

/** Says how long a slot waits before it starts again: not at all, until it has started too often. */
export class Restarts {
  readonly #clock: Clock;
  readonly #periods: Periods;
  #starts: number[] = [];
  #waitMs = 0;
  #until = -Infinity;

  constructor(clock: Clock, periods: Periods) {
    this.#clock = clock;
    this.#periods = periods;
  }

  /** Notes a start. */
  begun(): void {
    const now = this.#clock.now();
    this.#starts = [...this.#starts.filter((at) => now - at < this.#periods.crashWindowMs), now];
  }

  /** Whether it is to wait still. */
  get waits(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** Returns how long to wait, in milliseconds, after the end of one that lived so long. */
  waitMs(livedMs: number): number {
    const { soundMs, crashes, crashWindowMs, backOffMs, maxBackOffMs } = this.#periods;
    if (livedMs >= soundMs) {
      this.#starts = [];
      this.#waitMs = 0;
    }
    const now = this.#clock.now();
    const often = this.#starts.filter((at) => now - at < crashWindowMs).length >= crashes;
    if (this.#waitMs === 0 && !often) return 0;
    this.#waitMs = this.#waitMs === 0 ? backOffMs : Math.min(2 * this.#waitMs, maxBackOffMs);
    // Slots that crash together do not all come back at one moment.
    const ms = this.#waitMs * (0.75 + 0.25 * this.#clock.random());
    this.#until = now + ms;
    return ms;
  }
}
