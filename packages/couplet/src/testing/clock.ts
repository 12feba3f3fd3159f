import type { DelayedCall, Clock as Time } from '../time/clock.ts';
import { Dice } from '../time/dice.ts';
import { Timers } from '../time/timers.ts';

/** Options of a `Clock`. */
export interface ClockOptions {
  /** What `wallClock()` begins with, in milliseconds since 1970 (UTC); 0 unless set. */
  readonly wallClock?: number;
  /** Decides what `random()` gives: the same numbers for the same seed. 1 unless set. */
  readonly seed?: number;
}

/** So many times calls may make calls for the same instant. */
const ROUNDS = 10_000;

/**
 * Time for unit tests: it stands still until a test says how much of it passes. It begins at 0. Delayed calls wait in the
 * same heap as those of a reactor, so that they run in the same order.
 */
export class Clock implements Time {
  readonly #wallClock: number;
  readonly #dice: Dice;
  readonly #timers: Timers = new Timers(
    {
      now: () => this.#now,
      alarm: (at, ring) => {
        this.#alarmAt = at;
        this.#ring = ring;
      },
    },
    (task) => task(),
  );
  #now = 0;
  #alarmAt: number | undefined;
  #ring: () => void = () => {};
  #advancing = false;

  constructor({ wallClock = 0, seed = 1 }: ClockOptions = {}) {
    this.#wallClock = wallClock;
    this.#dice = new Dice(String(seed));
  }

  /** Milliseconds that have passed. */
  now(): number {
    return this.#now;
  }

  /** Moves with `now()`, from where the options let it begin. */
  wallClock(): number {
    return this.#wallClock + this.#now;
  }

  random(): number {
    return this.#dice.random();
  }

  /** What the call throws comes out of the `advance` that runs it. */
  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    return this.#timers.callLater(delayMs, () => call(...args));
  }

  /** The calls that wait, in the order in which they will run. */
  getDelayedCalls(): readonly DelayedCall[] {
    return this.#timers.list();
  }

  /**
   * Lets so many milliseconds pass, and runs what becomes due, each call at its own time, in the order of their times and
   * then of their creation. When a call throws, the time stops there and the error comes out; what else is due runs in
   * the next `advance`. Throws a `RangeError` unless `ms` is a finite number of at least 0, and an `Error` when a call that
   * it runs advances the clock, or when calls without a delay make each other for ever.
   */
  advance(ms: number): void {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`ms is ${ms}, not a finite number of at least 0`);
    if (this.#advancing) throw new Error('a delayed call cannot advance the clock that runs it');
    this.#advancing = true;
    try {
      this.#runUntil(this.#now + ms);
    } finally {
      this.#advancing = false;
    }
  }

  #runUntil(end: number): void {
    let rounds = 0;
    for (let at = this.#alarmAt; at !== undefined && at <= end; at = this.#alarmAt) {
      rounds = at > this.#now ? 0 : rounds + 1;
      if (rounds > ROUNDS)
        throw new Error(`delayed calls create each other without a delay, endlessly, at ${this.#now} ms`);
      this.#now = Math.max(this.#now, at);
      this.#alarmAt = undefined;
      this.#ring();
    }
    this.#now = end;
  }
}
