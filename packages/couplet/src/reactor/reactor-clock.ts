import type { Engine } from '../engine/engine.ts';
import type { Clock, DelayedCall, NextAttempt, RepeatedCall, RepeatOptions, SleepOptions } from '../time/clock.ts';
import type { ErrorReport } from '../values/error-report.ts';
import { ClientConnector } from './connector.ts';
import { retryLater } from './retry.ts';

/** The clock of a reactor: that of its engine. */
export abstract class ReactorClock implements Clock {
  readonly #clock: Engine;

  constructor(engine: Engine) {
    this.#clock = engine;
  }

  now(): number {
    return this.#clock.now();
  }

  wallClock(): number {
    return this.#clock.wallClock();
  }

  random(): number {
    return this.#clock.random();
  }

  /** Reports an error as if a callback had thrown it: to the observers of errors, or on standard error while there are none. */
  report(report: ErrorReport): void {
    this.#clock.report(report);
  }

  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    return this.#clock.callLater(delayMs, call, ...args);
  }

  sleep(ms: number, options?: SleepOptions): Promise<void> {
    return this.#clock.sleep(ms, options);
  }

  callEvery(ms: number, call: () => unknown, options?: RepeatOptions): RepeatedCall {
    return this.#clock.callEvery(ms, call, options);
  }

  retryLater(delayMs: number, next: NextAttempt, call: () => unknown): DelayedCall {
    const id = next instanceof ClientConnector ? next.id : this.#clock.newId();
    return retryLater(this.#clock, id, delayMs, next, call);
  }
}
