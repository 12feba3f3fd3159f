import { checkAtLeast } from '../values/checks.ts';

/** Bounds of a connection, for all ways to listen and to connect. */
export interface ConnectionOptions {
  /**
   * The most bytes that may be queued on a connection while the kernel does not take any, at least 0. With more the connection is
   * aborted with a `ConnectionAborted`. This limits the memory that a peer can occupy by not reading. No bound unless set.
   */
  readonly maxWriteBufferBytes?: number;
  /**
   * How long the peer may be silent after `loseConnection` and the last sent byte, in milliseconds, at least 0; 5,000 unless set.
   * After that the connection is closed without waiting for the end of the peer's output.
   */
  readonly lingerTimeoutMs?: number;
  /**
   * How long the peer may take to end its output after `loseConnection` and the last sent byte, however much it sends, in
   * milliseconds, at least 0; 30,000 unless set. After that the connection is closed without waiting for the end of the peer's
   * output.
   */
  readonly lingerMaxMs?: number;
  /**
   * How long the peer may accept no bytes of what is unsent after `loseConnection`, or after an end of the peer that counts as
   * one, in milliseconds, at least 0. After that the connection is reset, with a `TimeoutError` as the reason. A peer that
   * accepts at least 16 KiB in each such span gets as much time as it needs. No bound unless set.
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

/** The options with all defaults filled in. */
export type ConnectionBounds = Required<ConnectionOptions>;

/** Fills in the defaults. Throws a `RangeError` that names an option which is not a number of at least 0. */
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
