import type { Address } from '../address/address.ts';
import type { RefusalReason } from '../filters/refused.ts';
import { checkFunction, described } from '../values/checks.ts';
import type { ErrorReport } from '../values/error-report.ts';
import type { Callbacks } from './protocol.ts';
import type { Transport } from './transport.ts';

/** How each method of an observer may be written. */
const EXAMPLES: Record<keyof Observer, string> = {
  error: '(report) => {}',
  listening: '(host) => {}',
  stoppedListening: '(host) => {}',
  connectionRefused: '(peer, reason) => {}',
  connectionMade: '(transport, protocol) => {}',
  connectionLost: '(transport, reason) => {}',
};

/**
 * Throws a `TypeError` that names the value unless it is an object (a function alone does not say what it is to be told), and one that
 * names the method if a method of it is not a function.
 */
export function checkObserver(observer: unknown): void {
  if (typeof observer !== 'object' || observer === null)
    throw new TypeError(`observer is ${described(observer)}, not an object such as { error: ${EXAMPLES.error} }`);
  for (const [name, example] of Object.entries(EXAMPLES)) {
    const method: unknown = Reflect.get(observer, name);
    if (method !== undefined) checkFunction(`observer.${name}`, method, `a function such as ${example}`);
  }
}

/**
 * What is told of the events of a reactor: an object for `reactor.observe`. Every method is optional, and may return a promise. If one
 * throws, or its promise rejects, that is printed on standard error, and the reactor goes on.
 */
export interface Observer {
  /**
   * Called when a callback of a protocol, a factory, a policy or a timer throws, or its promise rejects. While no observer has this
   * method, errors are printed on standard error, one line each; on a terminal with the stack as well.
   */
  error?(report: ErrorReport): void;
  /** Called when a port has opened; `host` is its address. */
  listening?(host: Address): void;
  /** Called when a port has closed; `host` is the address that it had. */
  stoppedListening?(host: Address): void;
  /**
   * Called once for each accepted connection that is refused before it has a protocol. `peer` is the address that it came from.
   * `reason.code` says why, such as `COUPLET_CONNECTION_LIMIT`; the reason is an `AdmissionError`, a `ProxyHeaderError`, a `TLSError` or
   * a `TimeoutError`.
   */
  connectionRefused?(peer: Address, reason: RefusalReason): void;
  /** Called when a connection has its protocol, before the `connectionMade` of that. */
  connectionMade?(transport: Transport, protocol: Callbacks): void;
  /** Called when a connection is gone, after the `connectionLost` of its protocol, and with the same reason. */
  connectionLost?(transport: Transport, reason: Error): void;
}
