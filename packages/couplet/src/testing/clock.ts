import type { DelayedCall, RepeatedCall, RepeatOptions, SleepOptions, Clock as Time } from '../time/clock.ts';
import { Dice } from '../time/dice.ts';
import { Timers } from '../time/timers.ts';
import { Waits } from '../time/waits.ts';

/** Options of a `Clock`. */
export interface ClockOptions {
  /** The initial value of `wallClock()`, in milliseconds since 1970 (UTC); 0 unless set. */
  readonly wallClock?: number;
  /** Determines the numbers of `random()`: they are equal for equal seeds. 1 unless set. */
  readonly seed?: number;
}

/** How many times delayed calls may create calls for the same instant. */
const ROUNDS = 10_000;

/**
 * A clock for unit tests: its time begins at 0, and stands still until the test calls `advance`. Delayed calls run in the order
 * in which a reactor would run them.
 */
export class Clock implements Time {
  readonly #wallClock: number;
  readonly #dice: Dice;
  readonly #waits: Waits = new Waits(this);
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

  /** Makes a clock at time 0. The options set its time of day and its seed. */
  constructor({ wallClock = 0, seed = 1 }: ClockOptions = {}) {
    this.#wallClock = wallClock;
    this.#dice = new Dice(String(seed));
  }

  /** Returns the milliseconds that have passed. */
  now(): number {
    return this.#now;
  }

  /** Returns the time of day in milliseconds since 1970 (UTC). It begins as the options say, and moves with `now()`. */
  wallClock(): number {
    return this.#wallClock + this.#now;
  }

  random(): number {
    return this.#dice.random();
  }

  /**
   * Calls `call(...args)` in the `advance` that reaches `delayMs` milliseconds from now, and returns the scheduled call. What the
   * call throws, that `advance` throws. Throws a `RangeError` unless `delayMs` is a finite number of at least 0.
   */
  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    return this.#timers.callLater(delayMs, () => call(...args));
  }

  sleep(ms: number, options?: SleepOptions): Promise<void> {
    return this.#waits.sleep(ms, options);
  }

  callEvery(ms: number, call: () => unknown, options: RepeatOptions = {}): RepeatedCall {
    return this.#waits.callEvery(ms, call, options, 'a repeated call');
  }

  /** Returns the calls that wait, in the order in which they will run. */
  getDelayedCalls(): readonly DelayedCall[] {
    return this.#timers.list();
  }

  /**
   * Lets `ms` milliseconds pass, and runs the calls that become due, each at its own time, in the order of their times and then
   * of their creation. If a call throws, time stops there and the error is thrown; the other calls run in the next `advance`.
   *
   * Throws a `RangeError` unless `ms` is a finite number of at least 0, and an `Error` if a call that it runs advances the clock,
   * or if calls without a delay create each other endlessly.
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
