import type { Address } from '../address/address.ts';
import type { RefusalReason } from '../filters/refused.ts';
import { checkAtLeast, checkFlag, checkFunction, described } from '../values/checks.ts';
import type { ErrorReport } from '../values/error-report.ts';
import type { Callbacks } from './protocol.ts';
import type { Transport } from './transport.ts';
import type { ConnectionView, ConnectorView, MovedChunk, SlowCallback, TimedCallback } from './views.ts';

/** How each method of an observer may be written. */
const EXAMPLES: Record<keyof Observer, string> = {
  error: '(report) => {}',
  listening: '(host) => {}',
  stoppedListening: '(host) => {}',
  connectionRefused: '(peer, reason, view) => {}',
  connectionMade: '(transport, protocol, view) => {}',
  connectionLost: '(transport, reason, view) => {}',
  connectionAttempt: '(connector) => {}',
  slowCallback: '({ who, where, ms }) => {}',
  callback: '({ who, where, ms, at }) => {}',
  chunk: '({ connection, direction, bytes, at }) => {}',
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

/** Throws unless these can be the options of `observe`: a `TypeError`, or a `RangeError` for a number that is out of bounds. */
export function checkObserveOptions({ slowCallbackMs, takesErrors, bytesOf }: ObserveOptions): void {
  if (slowCallbackMs !== undefined) checkAtLeast('slowCallbackMs', slowCallbackMs, 0);
  if (takesErrors !== undefined) checkFlag('takesErrors', takesErrors);
  if (bytesOf !== undefined && !(bytesOf instanceof Set))
    throw new TypeError(`bytesOf is ${described(bytesOf)}, not a Set of ids of connections`);
}

/** Options of `Reactor.observe`. */
export interface ObserveOptions {
  /** From how many milliseconds on a callback is told as slow, at least 0; 10 unless set. */
  readonly slowCallbackMs?: number;
  /**
   * Whether what `error` was told counts as dealt with, so that it is not printed on standard error; true unless set. False is for an
   * observer that only watches.
   */
  readonly takesErrors?: boolean;
  /**
   * The ids of the connections of which `chunk` gets the bytes as well; none unless set. The set may change at any time: what it has
   * when a chunk moves counts.
   */
  readonly bytesOf?: ReadonlySet<number>;
}

/**
 * What is told of the events of a reactor: an object for `reactor.observe`. Every method is optional, and may return a promise. If one
 * throws, or its promise rejects, that is printed on standard error, and the reactor goes on. Which methods an observer has is looked at
 * when it is added: an event that no observer asks for costs nothing.
 */
export interface Observer {
  /**
   * Called when a callback of a protocol, a factory, a policy or a timer throws, or its promise rejects. While no observer has this
   * method and takes errors, they are printed on standard error, one line each; on a terminal with the stack as well.
   */
  error?(report: ErrorReport): void;
  /** Called when a port has opened; `host` is its address. */
  listening?(host: Address): void;
  /** Called when a port has closed; `host` is the address that it had. */
  stoppedListening?(host: Address): void;
  /**
   * Called once for each accepted connection that is refused before it has a protocol. `peer` is the address that it came from.
   * `reason.code` says why, such as `COUPLET_CONNECTION_LIMIT`; the reason is an `AdmissionError`, a `ProxyHeaderError`, a `TLSError` or
   * a `TimeoutError`. `view` shows the connection as it was then.
   */
  connectionRefused?(peer: Address, reason: RefusalReason, view: ConnectionView): void;
  /** Called when a connection has its protocol, before the `connectionMade` of that. `view` shows the connection. */
  connectionMade?(transport: Transport, protocol: Callbacks, view: ConnectionView): void;
  /**
   * Called when a connection is gone, after the `connectionLost` of its protocol, and with the same reason. `view` has both addresses,
   * the final counters and the duration: all that one line of an access log needs.
   */
  connectionLost?(transport: Transport, reason: Error, view: ConnectionView): void;
  /**
   * Called at each step of an attempt to connect: `connector.state` is `resolving` (only for a host name), `racing`, and in the end
   * `connected` or `failed`; then `reason` says why. `waiting` tells that a factory or service makes its next attempt in
   * `connector.retryInMs`.
   */
  connectionAttempt?(connector: ConnectorView, reason?: Error): void;
  /**
   * Called when a callback has kept the event loop for at least `slowCallbackMs` (an option of `observe`), once for each such call. What
   * an asynchronous callback does after its first `await` is not measured. While an observer has this method, the clock is read at
   * each callback.
   */
  slowCallback?(callback: SlowCallback): void;
  /**
   * Called after each callback, however short it was: for a recording. What an asynchronous callback does after its first `await` is not
   * measured. While an observer has this method, the clock is read at each callback. No diagnostics channel has this event.
   */
  callback?(callback: TimedCallback): void;
  /**
   * Called for each chunk that was delivered to a protocol, after the callback that got it, and for each that the system has taken from
   * one: for a recording. The sums of `bytes`, and the numbers of chunks, are those that the views count from then on. `data` is a copy of the bytes, which is
   * made only for connections in `bytesOf` (an option of `observe`) and belongs to the observers that asked for it; it is absent for all
   * others, and for a chunk that was written before its connection was in there. While an observer has this method, the clock is read
   * for each chunk. No diagnostics channel has this event.
   */
  chunk?(chunk: MovedChunk, data?: Buffer): void;
}
