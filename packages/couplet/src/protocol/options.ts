import { checkAtLeast } from '../values/checks.ts';

/** What bounds a connection. Given to `listenTCP`, `connectTCP` and their relatives. */
export interface ConnectionOptions {
  /**
   * How many unsent bytes one connection may hold once the kernel takes no more; past it the connection is aborted. This is
   * what a peer that does not read can make the process keep. No bound unless set.
   */
  readonly maxWriteBufferBytes?: number;
  /** After `loseConnection` and the last byte: how long the peer may be silent before the connection is closed without its FIN; 5,000 unless set. */
  readonly lingerTimeoutMs?: number;
  /** The same, however much the peer sends; 30,000 unless set. */
  readonly lingerMaxMs?: number;
  /**
   * After `loseConnection`, or an end of the peer that counts as one: how long the peer may take nothing of what is unsent, in
   * milliseconds; past it the connection is reset, with a `TimeoutError` as the reason. A peer that goes on taking bytes is
   * given its time, down to 16 KiB in each such span. No bound unless set.
   */
  readonly closeTimeoutMs?: number;
  /**
   * How long a verdict that `admit` promised may take, in milliseconds: past it the connection is refused; 5,000 unless set,
   * `Infinity` for no bound.
   */
  readonly admissionTimeoutMs?: number;
  /** Of how many connections of a port such verdicts may be awaited at a time; one more is refused at once. 4,096 unless set. */
  readonly maxWaiting?: number;
}

/** The options with nothing left open. */
export type ConnectionBounds = Required<ConnectionOptions>;

/** Fills in what is not set. Throws a `RangeError` that names the option that is no number of at least 0. */
export function boundsOf(options: ConnectionOptions): ConnectionBounds {
  const bounds = {
    maxWriteBufferBytes: options.maxWriteBufferBytes ?? Number.POSITIVE_INFINITY,
    lingerTimeoutMs: options.lingerTimeoutMs ?? 5000,
    lingerMaxMs: options.lingerMaxMs ?? 30_000,
    closeTimeoutMs: options.closeTimeoutMs ?? Number.POSITIVE_INFINITY,
    admissionTimeoutMs: options.admissionTimeoutMs ?? 5000,
    maxWaiting: options.maxWaiting ?? 4096,
  };
  for (const [name, value] of Object.entries(bounds)) checkAtLeast(name, value, 0);
  return bounds;
}
