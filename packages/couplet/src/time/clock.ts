import type { ErrorReport } from '../values/error-report.ts';

/** A call that `callLater` scheduled. */
export interface DelayedCall {
  /** True while the call waits; false once it runs or was cancelled. */
  readonly active: boolean;
  /** Returns when the call runs, in milliseconds of the clock's `now()`. */
  getTime(): number;
  /** Cancels the call: it never runs. Does nothing if the call has run or was cancelled. */
  cancel(): void;
  /**
   * Reschedules the call for `delayMs` milliseconds from now. Throws a `RangeError` unless `delayMs` is a finite number of at
   * least 0, and an `Error` if the call has run or was cancelled.
   */
  reset(delayMs: number): void;
  /**
   * Reschedules the call for `delayMs` milliseconds after its present time, or before it if the number is negative. Throws a
   * `RangeError` unless `delayMs` is a finite number, and an `Error` if the call has run or was cancelled.
   */
  delay(delayMs: number): void;
}

/** Options of `sleep`. */
export interface SleepOptions {
  /** Ends the wait when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Options of `callEvery`. */
export interface RepeatOptions {
  /** Whether the first call is made at once, in the next turn of the event loop, and not after the first interval. False unless set. */
  readonly now?: boolean;
}

/** A call that `callEvery` repeats. */
export interface RepeatedCall {
  /** True until it was cancelled, or the reactor has ended. */
  readonly active: boolean;
  /** How many beats were left out so far, because the call before them took longer than the interval, or the event loop did. */
  readonly missed: number;
  /** Ends the calls. One that is under way is not waited for. Does nothing if they have ended. */
  cancel(): void;
}

/**
 * Time and random numbers for protocols. Code that takes them from here, and not from the runtime, runs unchanged, and
 * repeatably, on the simulated network.
 */
export interface Clock {
  /** Returns the monotonic time in milliseconds, with fractions. Only differences between two values mean something. */
  now(): number;
  /** Returns the time of day, in milliseconds since 1970 (UTC). It may jump, in either direction. */
  wallClock(): number;
  /**
   * Returns a random number of at least 0 and less than 1. It can be guessed: use it for waits and samples, but take secrets such
   * as session ids from `node:crypto`.
   */
  random(): number;
  /**
   * Calls `call(...args)` after `delayMs` milliseconds, never earlier; with a delay of 0 in the next turn of the event loop.
   * Calls run in the order of their time, and those of one time in the order in which they were scheduled. Returns the scheduled
   * call, by which it can be cancelled or rescheduled. What the call throws, or rejects with, is reported to the observers.
   *
   * Throws a `RangeError` unless `delayMs` is a finite number of at least 0; a reactor also throws a `TypeError` if `call` is not
   * a function.
   */
  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall;
  /**
   * Resolves after `ms` milliseconds. With an `AbortSignal` in the options it rejects with the reason of that when it is aborted first,
   * and with `ReactorStopped` when the reactor ends. Neither is an unhandled rejection, and a callback that fails with one of them once
   * its connection is gone is not reported.
   *
   * Rejects with a `RangeError` unless `ms` is a finite number of at least 0, and with a `TypeError` if `signal` is not an
   * `AbortSignal`.
   */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
  /**
   * Calls `call` every `ms` milliseconds, until the returned call is cancelled or the reactor ends. It never runs beside itself: what it
   * returns is waited for, and beats that pass meanwhile are left out; those that come keep their times. What it throws, or rejects
   * with, is reported to the observers, and the next beat comes.
   *
   * Throws a `RangeError` unless `ms` is a finite number above 0, and a `TypeError` if `call` is not a function.
   */
  callEvery(ms: number, call: () => unknown, options?: RepeatOptions): RepeatedCall;
  /**
   * Reports an error to the observers that a callback cannot throw, for instance one of a promise that is not awaited.
   * `report.who` and `report.where` say where it comes from. Undefined on a clock without observers.
   */
  report?(report: ErrorReport): void;
  /**
   * Calls `call` after `delayMs` milliseconds, as `callLater` does, to begin the next attempt to connect. Observers are told of it, and
   * until then `reactor.inspect()` shows it among the connectors. Undefined on a clock without observers.
   */
  retryLater?(delayMs: number, next: NextAttempt, call: () => unknown): DelayedCall;
}

/** An attempt to connect that is still to be made. A `Connector` is one. */
export interface NextAttempt {
  /** Where it connects to: `host:port`, or the path of a UNIX socket. */
  readonly destination: string;
  /** How many attempts were made before it. */
  readonly attempts?: number;
}

/** Begins the next attempt to connect later. On a clock without observers it is a delayed call like any other. */
export function retryLater(clock: Clock, delayMs: number, next: NextAttempt, call: () => unknown): DelayedCall {
  return clock.retryLater?.(delayMs, next, call) ?? clock.callLater(delayMs, call);
}

/** Reports an error to the observers of a clock. On a clock without observers a delayed call throws it. */
export function reportTo(clock: Pick<Clock, 'callLater' | 'report'>, report: ErrorReport): void {
  if (clock.report !== undefined) clock.report(report);
  else
    clock.callLater(0, () => {
      throw report.error;
    });
}
