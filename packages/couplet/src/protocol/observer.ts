import type { Address } from '../address/address.ts';
import { described } from '../values/checks.ts';
import type { ErrorReport } from '../values/error-report.ts';
import type { Callbacks } from './protocol.ts';
import type { Transport } from './transport.ts';

/** Throws a `TypeError` for what is no observer: a function alone does not say what it wants to hear. */
export function checkObserver(observer: unknown): void {
  if (typeof observer !== 'object' || observer === null)
    throw new TypeError(`observer is ${described(observer)}, not an object such as { error: (report) => {} }`);
}

/** Who wants to know what a reactor does. Every method is optional; what one throws is printed on standard error. */
export interface Observer {
  /** A callback failed. While no observer takes errors, they are printed on standard error, a line each; on a terminal with the stack below. */
  error?(report: ErrorReport): void;
  /** A port opened. */
  listening?(host: Address): void;
  /** A port closed. */
  stoppedListening?(host: Address): void;
  /**
   * A connection was accepted and refused before it had a protocol, whatever refused it: told once for each. `reason.code` says why,
   * such as `COUPLET_CONNECTION_LIMIT`: the reason is an `AdmissionError`, a `ProxyHeaderError`, a `TLSError` or a `TimeoutError`.
   */
  connectionRefused?(peer: Address, reason: Error): void;
  /** A connection has its protocol; runs before `connectionMade`. */
  connectionMade?(transport: Transport, protocol: Callbacks): void;
  /** A connection is gone; runs after `connectionLost`. */
  connectionLost?(transport: Transport, reason: Error): void;
}
