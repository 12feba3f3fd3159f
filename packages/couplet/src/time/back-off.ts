import { checkAtLeast, checkWord } from '../values/checks.ts';
import type { Clock } from './clock.ts';

const JITTERS: readonly BackOff['jitter'][] = ['full', 'none'];

/** How somebody waits who tries again and again. */
export interface BackOffOptions {
  /** The first delay; 1,000 unless set. */
  initialDelayMs?: number;
  /** What each further delay is multiplied by; 1.5 unless set. */
  factor?: number;
  /** The longest delay; 60,000 unless set. */
  maxDelayMs?: number;
  /** `full`: each wait is a random part of the delay, so that clients of a restarted server do not return all at once. */
  jitter?: 'full' | 'none';
}

/** The waits of somebody who tries again and again. */
export interface BackOff {
  initialDelayMs: number;
  factor: number;
  maxDelayMs: number;
  jitter: 'full' | 'none';
  /** The upper bound of the next wait. */
  delayMs: number;
}

/** A back-off before its first wait. Throws a `RangeError` for a negative delay or a factor below 1, a `TypeError` for another jitter. */
export function backOffOf(options: BackOffOptions): BackOff {
  const { initialDelayMs = 1000, factor = 1.5, maxDelayMs = 60_000, jitter = 'full' } = options;
  checkWord('jitter', jitter, JITTERS);
  checkAtLeast('initialDelayMs', initialDelayMs, 0);
  checkAtLeast('maxDelayMs', maxDelayMs, 0);
  checkAtLeast('factor', factor, 1);
  return { initialDelayMs, factor, maxDelayMs, jitter, delayMs: initialDelayMs };
}

/** How many milliseconds to wait now. The bound of the next wait is longer. */
export function nextDelay(backOff: BackOff, clock: Pick<Clock, 'random'>): number {
  const bound = Math.min(backOff.delayMs, backOff.maxDelayMs);
  backOff.delayMs = Math.min(backOff.delayMs * backOff.factor, backOff.maxDelayMs);
  return backOff.jitter === 'full' ? clock.random() * bound : bound;
}
