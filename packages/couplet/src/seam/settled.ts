import type { Cause } from './cause.ts';
import type { Sink } from './wire.ts';

/** Receives the outcome of an operation that takes time: one of the two is called, once, after the call that began it. */
export interface Settled<T, E = Cause> {
  /** The operation succeeded. Returns the sink of the new wire, or null to refuse it: its maker then closes it. */
  onReady(value: T): Sink | null;
  /** The operation failed, for this reason. */
  onFailed(reason: E): void;
}
