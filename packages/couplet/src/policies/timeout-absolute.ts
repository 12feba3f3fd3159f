import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Factory } from '../protocol/factory.ts';
import { checkAboveZero } from '../values/checks.ts';
import type { Guarded } from './guarded.ts';
import { guard } from './guarded.ts';
import { PerClock } from './per-clock.ts';
import { deadlinesOn, Timed } from './timed.ts';

/** Options of `timeoutAbsolute`. */
export interface AbsoluteTimeout {
  /** How long a connection may last, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Bounds how long a connection of the factory may last, whatever it does: then it is cut, and `connectionLost` gets a
 * `TimeoutError`. Never early, at most a second late. This is what ends a peer that sends one byte every few seconds. Throws
 * a `RangeError` unless `timeoutMs` is above 0.
 */
export function timeoutAbsolute<F extends Factory | ClientFactory>(factory: F, options: AbsoluteTimeout): Guarded<F> {
  const { timeoutMs } = options;
  checkAboveZero('timeoutMs', timeoutMs);
  const why = `the connection lasted ${timeoutMs / 1000} s, its longest time`;
  const sweeps = new PerClock(deadlinesOn);
  return guard(factory, {
    filter: (wire, clock) => new Timed(wire, sweeps.of(clock), clock.now() + timeoutMs, why),
  });
}
