import type { Address } from '../address/address.ts';
import { checkData } from '../bytes/chunk.ts';
import type { Decoder } from '../framing/decoder.ts';
import type { LinesOptions, TextEncoding, TextLinesOptions } from '../framing/lines.ts';
import { lines, textLines } from '../framing/lines.ts';
import type { StringsOptions } from '../framing/netstrings.ts';
import { netstrings } from '../framing/netstrings.ts';
import type { PrefixBytes } from '../framing/prefixes.ts';
import { lengthPrefixed } from '../framing/prefixes.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { TLS } from '../protocol/tls.ts';
import type { PeerCredentials } from '../seam/kernel.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Clock } from '../time/clock.ts';
import { described, hasMethods } from '../values/checks.ts';
import type { Inlet } from './inlet.ts';
import { Chunks } from './pull.ts';
import { Reader } from './reader.ts';
import type { ReadOptions } from './reads.ts';
import { Exactly, Until } from './reads.ts';

/** What most writes return: there is room. It is shared, since it does not depend on the write. */
const ROOM: Promise<boolean> = Promise.resolve(true);
/** What a write returns after the end of the output. */
const TOO_LATE: Promise<boolean> = Promise.resolve(false);

interface AnyLinesOptions extends LinesOptions {
  readonly encoding?: TextEncoding | 'buffer';
}

/**
 * A connection for code that uses `await`: `serve` passes one to its handler, `open` resolves to one. It is built on a protocol and its
 * transport.
 *
 * To read, iterate: over the connection itself for the bytes as they arrive, or over `lines()`, `netstrings()`, `strings()` or the
 * `frames()` of a decoder; or read a part by `readExactly` or `readUntil`. What is read belongs to the program. Different readers may be used one after the other by their `next()`; each begins behind
 * the last frame that was taken. A new reader examines the waiting bytes anew, so keep a reader for as long as the format stays. Only
 * one read may wait at a time: a second one throws an `Error`.
 *
 * - An iteration ends when the peer has ended its output; writing still works, and the connection stays open until this side closes
 *   it too. It also ends after `close`. It throws the reason if the connection was cut, and a `FramingError` for bytes that are not a
 *   frame, or if the input ends inside a frame.
 * - Leaving a loop with `break`, `return` or an exception closes the connection, as `close` does.
 * - Without a read that waits, one chunk is held; then nothing more is read from the network, which slows the peer down. The end of
 *   the peer's output waits behind that chunk too, so a program that may stop reading for good should limit its time.
 *
 * Only reading rejects. So the promises of other methods need not be awaited.
 */
export class Connection implements AsyncIterable<Buffer, undefined>, AsyncDisposable {
  readonly #inlet: Inlet;
  /** Output was ended with `end`. */
  #ended = false;

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  /** The clock of the reactor that owns the connection. */
  get clock(): Clock {
    return this.#inlet.transport.clock;
  }

  /**
   * A promise that resolves once the connection is gone, to the reason: a `ConnectionDone`, `ConnectionLost` or
   * `ConnectionAborted`, the `TimeoutError` of a policy, the error given to `abort`, or the one that the handler threw. Never
   * rejects. It does not close the connection: a handler that awaits it waits for the peer, which may wait for the handler.
   */
  get closed(): Promise<Error> {
    return this.#inlet.closed;
  }

  /**
   * A signal that is aborted when the port of the connection drains: a program that owes the peer nothing should close the
   * connection then, and one that does should close it when that is done. The reason is a `PortDraining`, which says how long there
   * is time. It is not aborted when the connection ends, and never for a connection that this side opened. Created when it is first
   * read.
   */
  get draining(): AbortSignal {
    return this.#inlet.drainSignal;
  }

  /**
   * A signal that is aborted when the peer has ended its output, also while no read waits, or when the connection is gone: a program
   * that works for the peer alone can stop then. Its reason is a `ConnectionDone`, or why the connection ended. Writing still works
   * after the peer's end. While a chunk waits that was not read, the end behind it cannot be noticed. Created when it is first read.
   */
  get peerEnded(): AbortSignal {
    return this.#inlet.peerEnded;
  }

  /** Returns the address of this end. */
  getHost(): Address {
    return this.#inlet.transport.getHost();
  }

  /** Returns the address of the peer. */
  getPeer(): Address {
    return this.#inlet.transport.getPeer();
  }

  /**
   * What the TLS handshake agreed on, such as the version and the certificate of the peer; undefined while nothing is encrypted.
   */
  get tls(): TlsInfo | undefined {
    return this.#inlet.transport.tls;
  }

  /**
   * The process at the other end of a UNIX socket and its user, as the system noted them when it connected, or began to listen.
   * Undefined on other connections, on runtimes that do not tell (all but `couplet/native`), and on a connection that was gone
   * before this was first read. Behind a proxy they are those of the proxy.
   */
  get peerCredentials(): PeerCredentials | undefined {
    return this.#inlet.transport.peerCredentials;
  }

  /** The PROXY header that a trusted proxy sent first; undefined if none is expected. */
  get proxyHeader(): ProxyHeader | undefined {
    return this.#inlet.transport.proxyHeader;
  }

  /**
   * Changes the connection to TLS, in the role of `tls`: a `ServerTLS` or a `ClientTLS`. What was written before is sent in
   * clear, what is written afterwards encrypted, once the handshake is done. Bytes that arrived and were not read by the program
   * are taken for a part of the handshake. Resolves to true when the handshake is done, to false once the connection is gone;
   * never rejects. A handshake that fails or takes too long ends the connection with a `ConnectionLost` or `TimeoutError`.
   *
   * Throws an `Error` if TLS is spoken already, a `TLSError` for certificates that cannot be used, and a `TypeError` for a
   * `ClientTLS` that verifies the server and does not have a `serverName`.
   */
  startTLS(tls: TLS): Promise<boolean> {
    return this.#inlet.startTLS(tls);
  }

  /** Iterates over the bytes, in chunks as they arrive. Each belongs to the program. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer, undefined> {
    return new Reader(this.#inlet, new Chunks());
  }

  /**
   * Returns an iterator over lines without their delimiter: strings, or bytes with `encoding: 'buffer'`. Lines end with CRLF,
   * have at most 16,384 bytes and are in UTF-8, unless `delimiter`, `maxLength` or `encoding` is set. A character is never split;
   * bytes that are not valid in the encoding become U+FFFD.
   *
   * The iterator throws a `LineTooLongError` for a line of more than `maxLength` bytes; its next `next()` gives the line behind
   * it. `lines` throws a `RangeError` if a delimiter is empty or does not end with the shortest alone, if `maxLength` is not
   * a number of at least 0, or if the encoding is unknown.
   */
  lines(options: LinesOptions & { readonly encoding: 'buffer' }): AsyncIterableIterator<Buffer, undefined>;
  lines(options?: TextLinesOptions): AsyncIterableIterator<string, undefined>;
  lines({ encoding = 'utf8', ...options }: AnyLinesOptions = {}): AsyncIterableIterator<Buffer | string, undefined> {
    const decoder = encoding === 'buffer' ? lines(options) : textLines({ ...options, encoding });
    return new Reader<Buffer | string>(this.#inlet, decoder);
  }

  /**
   * Returns an iterator over the contents of netstrings (http://cr.yp.to/proto/netstrings.txt), of at most `maxLength` bytes
   * each; 99,999 unless set. The iterator throws a `NetstringParseError` for bytes that are not a netstring, or are a longer one;
   * the rest of the input cannot be understood then. `netstrings` throws a `RangeError` if `maxLength` is not a number of at
   * least 0.
   */
  netstrings(options: StringsOptions = {}): AsyncIterableIterator<Buffer, undefined> {
    return new Reader(this.#inlet, netstrings(options));
  }

  /**
   * Returns an iterator over strings of bytes that follow their big-endian length of 1, 2 or 4 bytes, of at most `maxLength`
   * bytes each; 99,999 unless set. The iterator throws a `LengthLimitError` for a longer string; its next `next()` gives the one
   * behind it. `strings` throws a `RangeError` if `prefixBytes` is not 1, 2 or 4, or if `maxLength` is not a number of at least
   * 0.
   */
  strings(prefixBytes: PrefixBytes, options: StringsOptions = {}): AsyncIterableIterator<Buffer, undefined> {
    return new Reader(this.#inlet, lengthPrefixed(prefixBytes, options));
  }

  /**
   * Returns an iterator over the frames of a decoder, for instance one that `decoder` of `couplet/framing` made. The bytes of the
   * connection belong to it from its first `next()` on: it must be a new one, or one that was used for this connection before. The
   * iterator throws what the decoder throws. `frames` throws a `TypeError` for anything else than a decoder.
   */
  frames<Frame>(decoder: Decoder<Frame>): AsyncIterableIterator<Frame, undefined> {
    if (!hasMethods(decoder, ['push', 'next', 'rest']))
      throw new TypeError(`decoder is ${described(decoder)}, not a decoder, such as lines() of couplet/framing`);
    return new Reader(this.#inlet, decoder);
  }

  /**
   * Reads that number of bytes, and resolves to them. They belong to the program. Nothing is allocated before they have arrived.
   *
   * Rejects with an `IncompleteReadError`, which has the bytes that there were, if the input ends before; with the reason if the
   * connection was cut; with the reason of the signal when that is aborted, and what has arrived is left for the next read; and with
   * a `LengthLimitError` if `length` is above `maxLength`, 1 MiB unless set, and nothing is read. Throws a `RangeError` if `length` is
   * not a whole number of at least 0 or `maxLength` not a number of at least 0, a `TypeError` if `signal` is not an `AbortSignal` or
   * `length` not a number, and an `Error` while another read waits.
   */
  readExactly(length: number, { maxLength, signal }: ReadOptions = {}): Promise<Buffer> {
    return this.#inlet.read(new Exactly(length, maxLength), signal);
  }

  /**
   * Reads up to the next delimiter, and resolves to the bytes before it, at most `maxLength`, 16,384 unless set. They belong to the
   * program; the delimiter is read too. A string as delimiter stands for its bytes in UTF-8.
   *
   * Rejects with an `IncompleteReadError`, which has the bytes that there were, if the input ends before; with the reason if the
   * connection was cut; with the reason of the signal when that is aborted; and with a `LineTooLongError` if the delimiter does not
   * follow within `maxLength` bytes. After the last two, what has arrived is left for the next read. Throws a `RangeError` if the
   * delimiter is empty or `maxLength` is not a number of at least 0, a `TypeError` if `signal` is not an `AbortSignal`, and an `Error`
   * while another read waits.
   */
  readUntil(delimiter: Uint8Array | string, { maxLength, signal }: ReadOptions = {}): Promise<Buffer> {
    return this.#inlet.read(new Until(delimiter, maxLength), signal);
  }

  /**
   * Queues data to be sent. Bytes are not copied, and must not change until they are sent; a string is encoded in UTF-8. Resolves
   * to true when there is room for more: at once, unless more than 64 KiB are queued. Resolves to false, and nothing is sent,
   * once the connection is gone and after `end` or `close`. Never rejects. Throws a `TypeError` for anything else than bytes or a
   * string.
   */
  write(data: Uint8Array | string): Promise<boolean> {
    const { transport } = this.#inlet;
    if (transport.disconnected) {
      checkData(data);
      return TOO_LATE;
    }
    return transport.write(data) ? ROOM : this.drained();
  }

  /**
   * Resolves to true when there is room to write: at once, unless more than 64 KiB were queued. Resolves to false once the
   * connection is gone and after `end` or `close`. Never rejects.
   */
  drained(): Promise<boolean> {
    const { transport } = this.#inlet;
    return this.#ended || transport.disconnecting ? TOO_LATE : transport.drained();
  }

  /**
   * Ends the output once everything written is sent; reading goes on. If the peer has ended its output already, this closes the
   * connection. A second call does nothing.
   */
  end(): void {
    this.#ended = true;
    this.#inlet.transport.loseWriteConnection();
  }

  /**
   * Closes the connection in order: everything written is sent first. What still arrives is dropped, and an iteration ends.
   * `closed` tells when the connection is gone. A second call does nothing.
   */
  close(): void {
    this.#inlet.close();
  }

  /**
   * Closes the connection in order, as `close` does, and resolves to the reason of its end once it is gone, a
   * `ConnectionDone` unless something cut it. Never rejects. A peer that goes on sending can delay it by
   * `lingerMaxMs`.
   */
  finish(): Promise<Error> {
    this.close();
    return this.closed;
  }

  /**
   * Ends the connection at once: what is queued is dropped, and the peer gets a reset. `reason` becomes the reason of the end, a
   * `ConnectionAborted` unless given; an iteration throws it. Does nothing once the connection is gone.
   */
  abort(reason?: Error): void {
    this.#inlet.abort(reason);
  }

  /**
   * Closes the connection in order, as `close` does, and resolves when it is gone. A peer that goes on sending can delay that by
   * `lingerMaxMs`. Never rejects.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }
}
