import type { Clock } from '../time/clock.ts';

/** One of something for each clock: a factory may serve several reactors, and times of different clocks cannot be compared. */
export class PerClock<T> {
  readonly #make: (clock: Clock) => T;
  readonly #made: WeakMap<Clock, T> = new WeakMap();

  constructor(make: (clock: Clock) => T) {
    this.#make = make;
  }

  /** The one for that clock, made when it is first asked for. */
  of(clock: Clock): T {
    let one = this.#made.get(clock);
    if (one === undefined) {
      one = this.#make(clock);
      this.#made.set(clock, one);
    }
    return one;
  }
}
