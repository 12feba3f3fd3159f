import { checkAtLeast, checkFunction, checkWord } from '../values/checks.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Clock } from './clock.ts';

const JITTERS: readonly BackOff['jitter'][] = ['full', 'none'];

/** Options for the waits between repeated attempts. The upper bound of the wait grows with each attempt. */
export interface BackOffOptions {
  /** The upper bound of the first wait, in milliseconds, at least 0; 1,000 unless set. */
  initialDelayMs?: number;
  /** The factor by which the bound grows after each wait, at least 1; 1.5 unless set. */
  factor?: number;
  /** The most that the bound can become, in milliseconds, at least 0; 60,000 unless set. */
  maxDelayMs?: number;
  /**
   * `full`: each wait is a random part of its bound, so that clients of a restarted server do not return all at once. `none`:
   * each wait lasts as long as its bound. `full` unless set.
   */
  jitter?: 'full' | 'none';
  /**
   * Says how long to wait, in milliseconds, in place of the numbers above; unset unless given. `failures` is how many attempts have failed
   * in a row: of a factory since its `resetDelay`, lost connections included; of a service since the last connection that lasted, 0 when
   * such a one was lost. The wait is used as it is, without jitter; `Infinity` ends the attempts. So does anything else that is not a
   * number of at least 0, or a throw, and that is reported to the observers.
   */
  retryPolicy?: ((failures: number) => number) | undefined;
}

/** The state of the waits between repeated attempts. Each property may be changed at any time; it counts from the next wait on. */
export interface BackOff {
  /** The upper bound of the first wait, in milliseconds. */
  initialDelayMs: number;
  /** The factor by which the bound grows after each wait; at least 1. */
  factor: number;
  /** The most that the bound can become, in milliseconds. */
  maxDelayMs: number;
  /** `full`: each wait is a random part of its bound. `none`: each wait lasts as long as its bound. */
  jitter: 'full' | 'none';
  /** The upper bound of the next wait, in milliseconds. */
  delayMs: number;
  /** Says how long to wait, in milliseconds, after a number of failures, in place of the above; without jitter. */
  retryPolicy?: ((failures: number) => number) | undefined;
}

/** A wait before an attempt. */
export interface Delay {
  /** How long it is, in milliseconds; `Infinity` if no attempt is to follow. */
  readonly delayMs: number;
  /** How long it could have been at most, in milliseconds. */
  readonly boundMs: number;
}

/**
 * A back-off before its first wait. Throws a `RangeError` for a negative delay or a factor below 1, a `TypeError` for another
 * jitter or a `retryPolicy` that is not a function.
 */
export function backOffOf(options: BackOffOptions): BackOff {
  const { initialDelayMs = 1000, factor = 1.5, maxDelayMs = 60_000, jitter = 'full', retryPolicy } = options;
  checkWord('jitter', jitter, JITTERS);
  checkAtLeast('initialDelayMs', initialDelayMs, 0);
  checkAtLeast('maxDelayMs', maxDelayMs, 0);
  checkAtLeast('factor', factor, 1);
  if (retryPolicy !== undefined) checkFunction('retryPolicy', retryPolicy, 'a function that returns milliseconds');
  return { initialDelayMs, factor, maxDelayMs, jitter, delayMs: initialDelayMs, retryPolicy };
}

/**
 * Returns how long to wait now, after that number of failures, and raises the bound of the next wait. Throws what `retryPolicy` throws, and a
 * `RangeError` if it returns anything but a number of at least 0.
 */
export function nextDelay(backOff: BackOff, clock: Pick<Clock, 'random'>, failures: number): Delay {
  const { retryPolicy } = backOff;
  if (retryPolicy !== undefined) {
    const delayMs = retryPolicy(failures);
    // Code without types may return a promise, whose rejection must not end the process.
    if (isThenable(delayMs)) promiseOf(delayMs).catch(() => {});
    checkAtLeast('what retryPolicy returned', delayMs, 0);
    return { delayMs, boundMs: delayMs };
  }
  const bound = Math.min(backOff.delayMs, backOff.maxDelayMs);
  backOff.delayMs = Math.min(backOff.delayMs * backOff.factor, backOff.maxDelayMs);
  return { delayMs: backOff.jitter === 'full' ? clock.random() * bound : bound, boundMs: bound };
}
