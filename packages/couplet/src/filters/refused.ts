import { chunkOf } from '../bytes/chunk.ts';
import type { Filter } from './filter.ts';

/** The longest message: a fresh connection takes so much at once, so nobody has to wait for the peer. */
const MOST = 4096;

/** What a factory or policy answers about a new connection: what is to stand on its wire, that it is refused, or nothing, which admits it. */
export type Verdict = Filter | Refused | undefined;

/** The wait for a verdict that a factory or policy gives later, as a promise. */
export interface AdmissionWait {
  /**
   * Aborted when the verdict is not waited for any more: the connection is gone, the time is up, or the port or attempt has stopped;
   * its reason says which. Made when it is first asked for.
   */
  readonly signal: AbortSignal;
}

/** What a policy answers for a connection that it does not want, with what the peer is told before it is closed. */
export class Refused {
  /** Empty: the connection is closed without a word. */
  readonly message: Uint8Array;
  /** What observers are told, and the cause of a client's failure. */
  readonly reason: AdmissionError;

  /**
   * Copies the message; a string is sent as UTF-8. The reason is a `NotAllowed` unless given. Throws a `RangeError` for more than
   * 4,096 bytes.
   */
  constructor(message: Uint8Array | string = '', reason: AdmissionError = new NotAllowed()) {
    this.message = Uint8Array.from(chunkOf(message));
    if (this.message.length > MOST) {
      throw new RangeError(`message has ${this.message.length} bytes, more than ${MOST}`);
    }
    this.reason = reason;
  }
}

/**
 * Why a connection was refused: observers' `connectionRefused` is told, or, for an outgoing connection, it is the cause of the
 * `ConnectError`. Subclasses of your own may be the reason of a `Refused`; a metric that counts by `code` then counts one more.
 */
export abstract class AdmissionError extends Error {
  /** Identifies the class, also across two installed copies of Couplet: `COUPLET_CONNECTION_LIMIT`, for instance. */
  abstract readonly code: string;
}

/** `limitConnections` refused the connection: there are as many as may be. */
export class ConnectionLimitReached extends AdmissionError {
  override name = 'ConnectionLimitReached';
  override readonly code = 'COUPLET_CONNECTION_LIMIT';
}

/** `limitPerPeer` refused the connection: its peer has as many as it may have. */
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

/** A factory or policy refused the connection, and gave no other reason. */
export class NotAllowed extends AdmissionError {
  override name = 'NotAllowed';
  override readonly code = 'COUPLET_NOT_ALLOWED';
  /** `message` says why, in one line. */
  constructor(message = 'the connection is not allowed') {
    super(message);
  }
}

/** `buildProtocol` returned null. */
export class NoProtocolBuilt extends AdmissionError {
  override name = 'NoProtocolBuilt';
  override readonly code = 'COUPLET_NO_PROTOCOL';
}

/** The verdict did not come within `admissionTimeoutMs`. */
export class AdmissionTimeout extends AdmissionError {
  override name = 'AdmissionTimeout';
  override readonly code = 'COUPLET_ADMISSION_TIMEOUT';
}

/** Verdicts of `maxWaiting` connections of the port were awaited already. */
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

/** A callback threw, or its promise rejected; the cause is what it threw, which is reported as well. */
export class AdmissionFailed extends AdmissionError {
  override name = 'AdmissionFailed';
  override readonly code = 'COUPLET_ERROR';
}

/** Every code of a refusal, as observers are told. */
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

/** Whether that is a reason by which observers can tell refusals apart. What a callback throws is none, unless it is one of these. */
export function isAdmissionReason(reason: Error): boolean {
  return reason instanceof AdmissionError || ('code' in reason && CODES.has(reason.code));
}
