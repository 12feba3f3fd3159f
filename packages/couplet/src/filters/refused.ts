import { chunkOf } from '../bytes/chunk.ts';
import { described } from '../values/checks.ts';
import type { Filter } from './filter.ts';

/** The most bytes of a message: a new connection takes them at once, so that the engine does not wait for the peer. */
const MOST = 4096;

/** What a factory or policy answers about a new connection: a `Filter` for its wire or `undefined` admits it, a `Refused` does not. */
export type Verdict = Filter | Refused | undefined;

/** The wait for a verdict that a factory or policy has promised. Do not keep it: once the verdict is given, it may serve another connection. */
export interface AdmissionWait {
  /**
   * Aborted when the verdict is not awaited any more; its reason is an error that says why: the connection is gone,
   * `admissionTimeoutMs` have passed, or the port, the attempt or the reactor has stopped. Created when it is first read.
   */
  readonly signal: AbortSignal;
}

/** What a factory or policy answers to refuse a connection, with a message for the peer. It may be answered any number of times. */
export class Refused {
  /** What is sent to the peer before the connection is closed; nothing if it is empty, and nothing on a TLS port. */
  readonly message: Uint8Array;
  /** What observers are told; for an outgoing connection, the cause of the `ConnectError`. */
  readonly reason: AdmissionError;

  /**
   * Makes an answer. `message` is copied, and a string is sent as UTF-8; by default it is empty. `reason` is a `NotAllowed` by default.
   * Throws a `RangeError` if the message has more than 4,096 bytes, and a `TypeError` if the reason is not an `AdmissionError` with a
   * `code`.
   */
  constructor(message: Uint8Array | string = '', reason: AdmissionError = new NotAllowed()) {
    this.message = Uint8Array.from(chunkOf(message));
    if (this.message.length > MOST) {
      throw new RangeError(`message has ${this.message.length} bytes, more than ${MOST}`);
    }
    // Without a code it could not be counted.
    if (!isAdmissionReason(reason))
      throw new TypeError(`reason is ${described(reason)}, not an AdmissionError with a code`);
    this.reason = reason;
  }
}

/**
 * Why a connection was refused. `connectionRefused` of observers is told of it; for an outgoing connection it is the cause of the
 * `ConnectError`. A subclass of your own may be the reason of a `Refused`: choose a `code` for it by which metrics can count.
 */
export abstract class AdmissionError extends Error {
  /** Identifies the class, also across two installed copies of Couplet: `COUPLET_CONNECTION_LIMIT`, for instance. */
  abstract readonly code: string;
}

/** `limitConnections` refused the connection: `max` connections of its factory were open. */
export class ConnectionLimitReached extends AdmissionError {
  override name = 'ConnectionLimitReached';
  override readonly code = 'COUPLET_CONNECTION_LIMIT';
}

/** `limitPerPeer` refused the connection: `max` connections of its peer were open. */
export class PeerLimitReached extends AdmissionError {
  override name = 'PeerLimitReached';
  override readonly code = 'COUPLET_PEER_LIMIT';
}

/** A ledger that several processes share refused the connection. */
export class LedgerRefused extends AdmissionError {
  override name = 'LedgerRefused';
  override readonly code = 'COUPLET_LEDGER_REFUSED';
}

/** A ledger that several processes share did not answer, and without it the connection is refused. */
export class LedgerAway extends AdmissionError {
  override name = 'LedgerAway';
  override readonly code = 'COUPLET_LEDGER_AWAY';
}

/** A factory or policy refused the connection without a reason of its own. */
export class NotAllowed extends AdmissionError {
  override name = 'NotAllowed';
  override readonly code = 'COUPLET_NOT_ALLOWED';
  /** Makes the error. `message` says why, in one line; by default 'the connection is not allowed'. */
  constructor(message = 'the connection is not allowed') {
    super(message);
  }
}

/** `buildProtocol` of the factory returned null. */
export class NoProtocolBuilt extends AdmissionError {
  override name = 'NoProtocolBuilt';
  override readonly code = 'COUPLET_NO_PROTOCOL';
}

/** The promised verdict did not settle within `admissionTimeoutMs`. */
export class AdmissionTimeout extends AdmissionError {
  override name = 'AdmissionTimeout';
  override readonly code = 'COUPLET_ADMISSION_TIMEOUT';
}

/** A verdict was promised, while `maxWaiting` verdicts of the port were awaited already. */
export class AdmissionQueueFull extends AdmissionError {
  override name = 'AdmissionQueueFull';
  override readonly code = 'COUPLET_ADMISSION_QUEUE_FULL';
}

/** The port, or the reactor, stopped before the connection had its protocol. */
export class PortStopped extends AdmissionError {
  override name = 'PortStopped';
  override readonly code = 'COUPLET_PORT_STOPPED';
}

/** The connection ended while its verdict was awaited. */
export class PeerGone extends AdmissionError {
  override name = 'PeerGone';
  override readonly code = 'COUPLET_PEER_GONE';
}

/** A callback of the factory or a policy threw, or its promise rejected. The cause is the error, which is reported as well. */
export class AdmissionFailed extends AdmissionError {
  override name = 'AdmissionFailed';
  override readonly code = 'COUPLET_ERROR';
}

/** Why a connection was refused, as observers are told: an `AdmissionError`, `ProxyHeaderError`, `TLSError` or `TimeoutError`. */
export type RefusalReason = Error & {
  /** Tells refusals apart: `COUPLET_CONNECTION_LIMIT`, for instance. */
  readonly code: string;
};

/** Every code that `connectionRefused` of observers is told. */
const CODES: ReadonlySet<unknown> = new Set([
  'COUPLET_CONNECTION_LIMIT',
  'COUPLET_PEER_LIMIT',
  'COUPLET_LEDGER_REFUSED',
  'COUPLET_LEDGER_AWAY',
  'COUPLET_NOT_ALLOWED',
  'COUPLET_NO_PROTOCOL',
  'COUPLET_PROXY_HEADER',
  'COUPLET_TLS',
  'COUPLET_TIMEOUT',
  'COUPLET_ADMISSION_TIMEOUT',
  'COUPLET_ADMISSION_QUEUE_FULL',
  'COUPLET_PORT_STOPPED',
  'COUPLET_PEER_GONE',
  'COUPLET_ERROR',
]);

/** True if observers can tell refusals apart by that reason: an `AdmissionError`, or an error with one of the codes above. */
export function isAdmissionReason(reason: unknown): reason is RefusalReason {
  if (typeof reason !== 'object' || reason === null || !('code' in reason)) return false;
  return CODES.has(reason.code) || (reason instanceof AdmissionError && typeof reason.code === 'string');
}

const PREFIX = 'COUPLET_';

/** Returns the word by which totals and logs count refusals for a reason: its code without `COUPLET_`. */
export function shortCodeOf({ code }: Pick<RefusalReason, 'code'>): string {
  return code.startsWith(PREFIX) ? code.slice(PREFIX.length) : code;
}
