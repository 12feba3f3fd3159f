import type { Address } from '../address/address.ts';
import { checkData } from '../bytes/chunk.ts';
import type { LinesOptions, TextEncoding, TextLinesOptions } from '../framing/lines.ts';
import { lines, textLines } from '../framing/lines.ts';
import type { StringsOptions } from '../framing/netstrings.ts';
import { netstrings } from '../framing/netstrings.ts';
import type { PrefixBytes } from '../framing/prefixes.ts';
import { lengthPrefixed } from '../framing/prefixes.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { TLS } from '../protocol/tls.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Clock } from '../time/clock.ts';
import type { Inlet } from './inlet.ts';
import { Chunks } from './pull.ts';
import { Reader } from './reader.ts';

/** What most writes return: there is room. One for all, since it says nothing about its write. */
const ROOM: Promise<boolean> = Promise.resolve(true);
/** What writes return that came too late. */
const TOO_LATE: Promise<boolean> = Promise.resolve(false);

interface AnyLinesOptions extends LinesOptions {
  readonly encoding?: TextEncoding | 'buffer';
}

/**
 * A connection for code that awaits: `serve` hands one to its handler, `open` resolves to one. It is the same machinery as a
 * protocol and its transport.
 *
 * To read, iterate: over the connection itself for the bytes as they arrive, or over `lines()`, `netstrings()` or `strings()`.
 * What was pulled belongs to the program. Readers may follow one another, each by its `next()`; the next one begins behind
 * the last frame that was taken. It looks at the bytes that wait anew, so keep a reader for as long as its format lasts. Only
 * one pull may wait at a time: a second one throws.
 *
 * - Iteration ends when the peer has ended its output; writing still works, and the connection stays open until this side closes
 *   it too. It throws the reason when the connection was cut, and a `FramingError` for what is no frame, and when the input ended
 *   inside of one. After this side's `close` it ends.
 * - Leaving a loop with `break`, `return` or an exception closes the connection, as `close` does.
 * - Whoever does not pull is sent nothing: one chunk is held, then reading stops, and the peer feels it. The peer's end of
 *   output waits behind that chunk too, so a program that may stop reading for good should bound its time.
 *
 * Nothing but reading rejects. So nothing else needs to be awaited.
 */
export class Connection implements AsyncIterable<Buffer, undefined>, AsyncDisposable {
  readonly #inlet: Inlet;
  /** Output was ended with `end`. */
  #ended = false;

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  /** The time of the reactor that owns the connection. */
  get clock(): Clock {
    return this.#inlet.transport.clock;
  }

  /**
   * Resolves once the connection is gone, to the reason: a `ConnectionDone`, `ConnectionLost` or `ConnectionAborted`, a
   * policy's `TimeoutError`, the error given to `abort`, or the one that the handler threw. Never rejects. It does not close: a
   * handler that returns it waits for a peer that may wait for the handler.
   */
  get closed(): Promise<Error> {
    return this.#inlet.closed;
  }

  /** This end's address. */
  getHost(): Address {
    return this.#inlet.transport.getHost();
  }

  /** The peer's address. */
  getPeer(): Address {
    return this.#inlet.transport.getPeer();
  }

  /** What the TLS handshake agreed on; undefined while nothing is encrypted. */
  get tls(): TlsInfo | undefined {
    return this.#inlet.transport.tls;
  }

  /** The PROXY header that a trusted proxy sent first; undefined where none is expected. */
  get proxyHeader(): ProxyHeader | undefined {
    return this.#inlet.transport.proxyHeader;
  }

  /**
   * Turns to TLS, as `Transport.startTLS` does: what was written before leaves in clear; what was read ahead of the program and
   * not pulled is for the handshake. Resolves to true when the handshake is done, to false once the connection is gone; never
   * rejects. Throws like `Transport.startTLS`.
   */
  startTLS(tls: TLS): Promise<boolean> {
    return this.#inlet.startTLS(tls);
  }

  /** The bytes, in chunks as they arrive. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer, undefined> {
    return new Reader(this.#inlet, new Chunks());
  }

  /**
   * The lines, without their delimiter: strings, or views of the bytes with `encoding: 'buffer'`. See `textLines` and `lines` of
   * `couplet/framing`. A line above `maxLength` throws a `LineTooLongError`; who pulls again gets the one behind it. Throws a
   * `RangeError` for an option that cannot be.
   */
  lines(options: LinesOptions & { readonly encoding: 'buffer' }): AsyncIterableIterator<Buffer, undefined>;
  lines(options?: TextLinesOptions): AsyncIterableIterator<string, undefined>;
  lines({ encoding = 'utf8', ...options }: AnyLinesOptions = {}): AsyncIterableIterator<Buffer | string, undefined> {
    const decoder = encoding === 'buffer' ? lines(options) : textLines({ ...options, encoding });
    return new Reader<Buffer | string>(this.#inlet, decoder);
  }

  /**
   * The contents of netstrings (http://cr.yp.to/proto/netstrings.txt), of at most `maxLength` bytes each; 99,999 unless set.
   * Bytes that are no netstring throw a `NetstringParseError`.
   */
  netstrings(options: StringsOptions = {}): AsyncIterableIterator<Buffer, undefined> {
    return new Reader(this.#inlet, netstrings(options));
  }

  /**
   * The strings behind big-endian lengths of 1, 2 or 4 bytes, of at most `maxLength` bytes each; 99,999 unless set. A longer one
   * throws a `LengthLimitError`; who pulls again gets the one behind it.
   */
  strings(prefixBytes: PrefixBytes, options: StringsOptions = {}): AsyncIterableIterator<Buffer, undefined> {
    return new Reader(this.#inlet, lengthPrefixed(prefixBytes, options));
  }

  /**
   * Queues data to be sent, as `Transport.write` does: bytes are not copied and must not change until they are sent; a string
   * goes as UTF-8. Resolves to true when there is room for more, at once unless more than 64 KiB are queued; to false once the
   * connection is gone, and after `end` or `close`, when nothing is sent any more. Never rejects; throws a `TypeError` for
   * anything else than bytes or a string.
   */
  write(data: Uint8Array | string): Promise<boolean> {
    const { transport } = this.#inlet;
    if (transport.disconnected) {
      checkData(data);
      return TOO_LATE;
    }
    return transport.write(data) ? ROOM : this.drained();
  }

  /** Resolves to true when there is room to write, to false when nothing can be written any more. Never rejects. */
  drained(): Promise<boolean> {
    const { transport } = this.#inlet;
    return this.#ended || transport.disconnecting ? TOO_LATE : transport.drained();
  }

  /** Ends the output, once everything written is sent; reading goes on. Closes the connection when the peer has ended its own. */
  end(): void {
    this.#ended = true;
    this.#inlet.transport.loseWriteConnection();
  }

  /** Closes the connection in order: everything written is sent first. What still arrives is thrown away. */
  close(): void {
    this.#inlet.close();
  }

  /** Ends the connection at once: what is queued is dropped. It is gone for that reason, a `ConnectionAborted` unless given. */
  abort(reason?: Error): void {
    this.#inlet.abort(reason);
  }

  /** Closes the connection in order, and resolves when it is gone; a peer that goes on sending can take `lingerMaxMs` for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }
}
