import type { Cause } from './cause.ts';
import type { Sink } from './wire.ts';

/** Receives what comes of something that takes its time: one of the two is called, once, and later than it was asked for. */
export interface Settled<T, E = Cause> {
  /** Returns the sink of the wire that is ready, or null to refuse it: who made the wire then closes it. */
  onReady(value: T): Sink | null;
  /** There is nothing, for this reason. */
  onFailed(reason: E): void;
}
