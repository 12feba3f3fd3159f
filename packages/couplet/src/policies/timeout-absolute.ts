import { checkAboveZero } from '../values/checks.ts';
import type { Guardable, Guarded } from './guarded.ts';
import { guard } from './guarded.ts';
import { PerClock } from './per-clock.ts';
import { deadlinesOn, Timed } from './timed.ts';

/** Options of `timeoutAbsolute`. */
export interface AbsoluteTimeout {
  /** How long a connection may last, in milliseconds, above 0 and finite. */
  readonly timeoutMs: number;
}

/**
 * Bounds how long a connection of a factory may last, whatever it does. Returns a factory of the same side to use in its place;
 * it builds the same protocols. After that time, and at most a second later, the connection is reset, and `connectionLost` gets
 * a `TimeoutError`. Use it against peers that send one byte every few seconds.
 *
 * Throws a `RangeError` if `timeoutMs` is not above 0 and finite, and a `TypeError` if `factory` is neither a factory nor a function.
 */
export function timeoutAbsolute<F extends Guardable>(factory: F, options: AbsoluteTimeout): Guarded<F> {
  const { timeoutMs } = options;
  checkAboveZero('timeoutMs', timeoutMs);
  const why = `the connection lasted ${timeoutMs / 1000} s, its longest time`;
  const sweeps = new PerClock(deadlinesOn);
  return guard(factory, {
    filter: (wire, clock) => new Timed(wire, sweeps.of(clock), clock.now() + timeoutMs, why),
    describe: () => ({ policy: 'timeoutAbsolute', timeoutMs }),
  });
}
