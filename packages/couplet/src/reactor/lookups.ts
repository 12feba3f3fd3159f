import type { Clock } from '../time/clock.ts';
import { checkWhole } from '../values/checks.ts';

/** How long a lookup counts at most, in milliseconds: one that never ends must not keep all others from beginning for ever. */
const LONGEST_MS = 60_000;

/**
 * Bounds how many name lookups are under way at once; the others wait for their turn. No runtime can cancel a lookup, so one
 * counts until the system has answered, even if the answer is not needed any more, or for a minute.
 */
export class Lookups {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #waiting: Set<() => void> = new Set();
  #underWay = 0;

  /** Throws a `RangeError` or `TypeError` unless `max` is a whole number of at least 1. */
  constructor(clock: Clock, max: number) {
    checkWhole('max', max, 1, Number.MAX_SAFE_INTEGER);
    this.#clock = clock;
    this.#max = max;
  }

  /** Begins a lookup when there is room, now or later. Returns a function that cancels it while it waits. */
  join(lookUp: () => Promise<unknown>): () => void {
    const begin = (): void => {
      this.#waiting.delete(begin);
      this.#underWay += 1;
      let counts = true;
      // Not by whether the timer is active: a reactor that stops removes all timers.
      const over = (): void => {
        if (counts) this.#over();
        counts = false;
      };
      const late = this.#clock.callLater(LONGEST_MS, over);
      void lookUp().finally(() => {
        if (late.active) late.cancel();
        over();
      });
    };
    if (this.#underWay < this.#max) begin();
    else this.#waiting.add(begin);
    return () => void this.#waiting.delete(begin);
  }

  #over(): void {
    this.#underWay -= 1;
    const [next] = this.#waiting;
    next?.();
  }
}
