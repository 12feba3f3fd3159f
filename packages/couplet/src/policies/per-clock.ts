import type { Clock } from '../time/clock.ts';

/** Makes one object for each clock: a factory may serve several reactors, and times of different clocks cannot be compared. */
export class PerClock<T> {
  readonly #make: (clock: Clock) => T;
  readonly #made: WeakMap<Clock, T> = new WeakMap();

  constructor(make: (clock: Clock) => T) {
    this.#make = make;
  }

  /** Returns the object for a clock, made at the first call. */
  of(clock: Clock): T {
    let one = this.#made.get(clock);
    if (one === undefined) {
      one = this.#make(clock);
      this.#made.set(clock, one);
    }
    return one;
  }
}
