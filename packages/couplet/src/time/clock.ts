import type { ErrorReport } from '../values/error-report.ts';

/** A call that was put off with `callLater`. */
export interface DelayedCall {
  /** True until the call has run or was cancelled. */
  readonly active: boolean;
  /** When it runs, in milliseconds on the clock's `now()`. */
  getTime(): number;
  /** Takes the call back. Does nothing when it is no longer active. */
  cancel(): void;
  /** Runs it `delayMs` from now instead. Throws an `Error` when it is no longer active, a `RangeError` for a bad delay. */
  reset(delayMs: number): void;
  /** Runs it `delayMs` later than planned (earlier when negative). Throws like `reset`. */
  delay(delayMs: number): void;
}

/**
 * The time, and chance: what a protocol may take from the world outside. Code that takes them from here and nowhere
 * else runs unchanged on the simulated network.
 */
export interface Clock {
  /** Monotonic milliseconds, with fractions; only differences mean something. */
  now(): number;
  /** Milliseconds since 1970 (UTC). May jump, in either direction. */
  wallClock(): number;
  /**
   * A number of at least 0 and less than 1. It can be guessed, so it is for waits and samples, and no secret: session ids and the
   * like come from `node:crypto`.
   */
  random(): number;
  /**
   * Calls `call(...args)` after `delayMs` milliseconds, never earlier. Calls run in the order of their time, then in
   * that of their creation; a delay of 0 runs in the next turn. What the call throws is reported to the observer. Throws
   * a `RangeError` unless the delay is a number of at least 0.
   */
  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall;
  /**
   * Tells the observers of an error that no callback can throw, under the name of whose it is: one of a promise that nobody
   * waits for, say. A clock without observers has no such method.
   */
  report?(report: ErrorReport): void;
}

/** Tells the clock's observers of an error. A clock that has none gets it from a delayed call. */
export function reportTo(clock: Clock, report: ErrorReport): void {
  if (clock.report !== undefined) clock.report(report);
  else
    clock.callLater(0, () => {
      throw report.error;
    });
}
