import type { SocketName } from './address.ts';

/**
 * What is used of a duplex stream that is adopted: six methods, and the fields by which its state is told. A `Duplex` of `node:stream`
 * is one.
 */
export interface DuplexLike {
  /** Calls the listener for each chunk that arrives, at the end of the input, when the stream fails, and when it is closed. */
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  /** Writes a chunk, which must not change until `written` is called. */
  write(chunk: Uint8Array, written: (error?: Error | null) => void): unknown;
  /** Ends the output after everything written. */
  end(): unknown;
  /** Stops `data` and `end`. */
  pause(): unknown;
  /** Goes on with them. */
  resume(): unknown;
  /** Closes the stream at once; what it still has may be lost. */
  destroy(error?: Error): unknown;
  /** False if both directions end as soon as one of them does. */
  readonly allowHalfOpen?: boolean;
  /** True once something reads it. */
  readonly readableFlowing?: boolean | null;
  /** False once nothing can be read any more. */
  readonly readable?: boolean;
  /** False once nothing can be written any more. */
  readonly writable?: boolean;
  /** True if it carries objects, not bytes. */
  readonly readableObjectMode?: boolean;
  /** The encoding of the text that it makes of bytes; null where it makes none. */
  readonly readableEncoding?: string | null;
  /** The error that ended it. */
  readonly errored?: Error | null;
}

/**
 * A connection that exists already: a descriptor that the process inherited, or a stream. It belongs to its wire from then on. A chunk is
 * held until the stream calls back, an abort destroys the stream, and where it has no half-close, both directions end with the first.
 * A stream of a kind that the runtime cannot use fails. Above the seam it has a listener for its errors already.
 */
export type AdoptPlace = (
  | {
      /** The descriptor, of a connected socket, a pipe or a terminal. */
      readonly fd: number;
    }
  | {
      /** The stream, which nothing reads. */
      readonly duplex: DuplexLike;
    }
) & {
  /** The name of this end, in place of what the system knows; of a stream it knows none. */
  readonly local?: SocketName;
  /** The name of the peer, in the same way. */
  readonly peer?: SocketName;
};
