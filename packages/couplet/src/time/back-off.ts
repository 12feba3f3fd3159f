import { checkAtLeast, checkWord } from '../values/checks.ts';
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
}

/**
 * A back-off before its first wait. Throws a `RangeError` for a negative delay or a factor below 1, a `TypeError` for another
 * jitter.
 */
export function backOffOf(options: BackOffOptions): BackOff {
  const { initialDelayMs = 1000, factor = 1.5, maxDelayMs = 60_000, jitter = 'full' } = options;
  checkWord('jitter', jitter, JITTERS);
  checkAtLeast('initialDelayMs', initialDelayMs, 0);
  checkAtLeast('maxDelayMs', maxDelayMs, 0);
  checkAtLeast('factor', factor, 1);
  return { initialDelayMs, factor, maxDelayMs, jitter, delayMs: initialDelayMs };
}

/** Returns how many milliseconds to wait now, and raises the bound of the next wait. */
export function nextDelay(backOff: BackOff, clock: Pick<Clock, 'random'>): number {
  const bound = Math.min(backOff.delayMs, backOff.maxDelayMs);
  backOff.delayMs = Math.min(backOff.delayMs * backOff.factor, backOff.maxDelayMs);
  return backOff.jitter === 'full' ? clock.random() * bound : bound;
}
