import { EMPTY } from '../bytes/chunk.ts';
import { BytesReader } from '../framing/line-reader.ts';
import type { TextEncoding } from '../framing/lines.ts';
import { readerOf } from '../framing/lines.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { checkOverridden, DRY } from './framed.ts';
import { LineProtocol } from './lines.ts';

/**
 * What the next bytes are: lines, raw bytes up to `setLineMode`, a counted number of raw bytes, a body that is delivered whole, one that
 * is too long and has not been told of yet, or what is left of such a one.
 */
type Mode = 'lines' | 'raw' | 'counted' | 'body' | 'exceeded' | 'skipping';

/**
 * The base class of the receivers of lines with bytes in between that are not lines: raw ones, a counted number of them, or a whole body.
 * It is extended by `LineReceiver` and `TextLineReceiver`.
 */
export abstract class RawLineProtocol<Line, F = AnyFactory> extends LineProtocol<Line, F> {
  /**
   * The most bytes that `expectBytes` may be asked for, at least 0; 1,048,576 (1 MiB) unless set. They are held until all have arrived.
   */
  maxBodyLength = 1_048_576;
  #mode: Mode = 'lines';
  /** How many bytes are left of a count. */
  #left = 0;
  /** How many bytes behind a body are dropped with it. */
  #trailing = 0;

  /**
   * Called for bytes that arrive in raw mode, cut anywhere. They belong to the program, which may keep or change them. Must be
   * overridden if `setRawMode` is used: the inherited method throws a `TypeError` if it is not. A promise that it returns is
   * awaited before more bytes come; if it throws or rejects, the connection is aborted with the error.
   */
  rawDataReceived(_data: Buffer): Result {
    checkOverridden(this, 'rawDataReceived', RawLineProtocol.prototype.rawDataReceived);
  }

  /** Called when all bytes of a `setRawMode` with a length were delivered: lines follow. Does nothing unless overridden. */
  rawDataEnded(): Result {}

  /**
   * Called with the bytes that `expectBytes` asked for, all at once. They belong to the program, which may keep or change them; lines
   * follow. Must be overridden if `expectBytes` is used: the inherited method throws a `TypeError` if it is not. A promise that it
   * returns is awaited before the next line; if it throws or rejects, the connection is aborted with the error.
   */
  bytesReceived(_bytes: Buffer): Result {
    checkOverridden(this, 'bytesReceived', RawLineProtocol.prototype.bytesReceived);
  }

  /**
   * Called once, in place of `bytesReceived`, if `expectBytes` asks for more than `maxBodyLength`. Closes the connection unless
   * overridden; then that number of bytes is dropped, and lines follow.
   */
  bodyLengthExceeded(_length: number): Result {
    this.transport.loseConnection();
  }

  /**
   * Changes to raw mode: from now on bytes go to `rawDataReceived`, beginning with those behind the line that was received last.
   * With a `length`, exactly that number of bytes does; then `rawDataEnded` is called, and lines follow. May be called at any time; what has
   * arrived already is passed on after the present callback.
   *
   * Throws a `RangeError` if `length` is not a whole number of at least 0, and an `Error` while bytes of an earlier count are missing.
   */
  setRawMode(length?: number): void {
    if (length === undefined) {
      this.#expectNoCount();
      this.#mode = 'raw';
    } else this.#count('counted', length);
    this.#changed();
  }

  /**
   * Asks for exactly that number of bytes: they go to `bytesReceived` once all have arrived, beginning with those behind the line that
   * was received last, and then lines follow. `trailing` bytes behind them, 0 unless given, are awaited too, and dropped unread: in
   * many formats a CRLF. May be called at any time; what has arrived already is passed on after the present callback. Nothing is
   * allocated for what is announced: pieces are kept, and joined once.
   *
   * Throws a `RangeError` if one of them is not a whole number of at least 0, and an `Error` while bytes of an earlier count are missing.
   */
  expectBytes(length: number, trailing = 0): void {
    if (trailing !== 0) checkWholeLength('trailing', trailing);
    this.#count(length > this.maxBodyLength ? 'exceeded' : 'body', length);
    this.#trailing = trailing;
    this.#changed();
  }

  /**
   * Changes to lines: from now on bytes go to `lineReceived`. The first ones are those of `extra`: bytes that `rawDataReceived`
   * got but that belong to lines. They must not change any more. A count that is open ends, without `rawDataEnded`. May be called at any
   * time; what has arrived already is passed on after the present callback.
   */
  setLineMode(extra?: Uint8Array): void {
    // What has arrived of a body is searched for lines then.
    if (this.#mode === 'body' || (extra !== undefined && extra.length > 0)) this['~decoder'].unread(extra ?? EMPTY);
    this.#mode = 'lines';
    this.#changed();
  }

  /**
   * Removes the bytes that have arrived and were not passed on, and returns them. They belong to the caller. While a line that is
   * too long is being dropped this returns no bytes: the dropping ends with its delimiter.
   */
  clearLineBuffer(): Buffer {
    return this['~decoder'].skip() ? this['~decoder'].rest() : EMPTY;
  }

  /** As of every receiver of frames, and false while bytes of a count are missing: the peer has not sent all that it announced. */
  override get idle(): boolean {
    return (this.#mode === 'lines' || this.#mode === 'raw') && super.idle;
  }

  protected override '~step'(single: boolean): Result | typeof DRY {
    const decoder = this['~decoder'];
    switch (this.#mode) {
      case 'lines':
        return super['~step'](single);
      case 'raw': {
        const data = decoder.skip() ? decoder.rest() : EMPTY;
        return data.length === 0 ? DRY : this.rawDataReceived(data);
      }
      case 'counted': {
        if (this.#left === 0) {
          this.#mode = 'lines';
          return this.rawDataEnded();
        }
        const data = decoder.takeSome(this.#left);
        if (data === undefined) return DRY;
        this.#left -= data.length;
        return this.rawDataReceived(data);
      }
      case 'body': {
        const bytes = decoder.take(this.#left, this.#trailing);
        if (bytes === undefined) return DRY;
        this.#mode = 'lines';
        return this.bytesReceived(bytes);
      }
      case 'exceeded': {
        const length = this.#left;
        this.#mode = 'skipping';
        this.#left += this.#trailing;
        return this.bodyLengthExceeded(length);
      }
      case 'skipping': {
        const data = decoder.takeSome(this.#left);
        if (data === undefined) return DRY;
        this.#left -= data.length;
        if (this.#left === 0) this.#mode = 'lines';
      }
    }
  }

  /** The mode has changed: the loop over lines ends, and what has arrived is looked at anew. */
  #changed(): void {
    this['~lines'] = false;
    this['~deliverSoon']();
  }

  #count(mode: Mode, length: number): void {
    checkWholeLength('length', length);
    this.#expectNoCount();
    this.#mode = mode;
    this.#left = length;
  }

  #expectNoCount(): void {
    if (this.#mode !== 'lines' && this.#mode !== 'raw')
      throw new Error(`${this.#left} bytes of an earlier count have not been received yet`);
  }
}

/**
 * Receives lines as bytes, and raw bytes in between: override `lineReceived`, and `rawDataReceived` or `bytesReceived`. It begins with
 * lines; `setRawMode`, `expectBytes` and `setLineMode` change the mode at any time.
 */
export class LineReceiver<F = AnyFactory> extends RawLineProtocol<Buffer, F> {
  /** Takes no arguments: set `delimiter`, `sendDelimiter`, `maxLength` and `maxBodyLength` as properties. */
  constructor() {
    super(new BytesReader());
  }

  /**
   * Sends a line and its delimiter. A string is encoded in UTF-8; bytes are not copied, and must not change until they are sent.
   * The line is not searched for delimiters. Returns false if more than 64 KiB are queued or the connection has ended, as
   * `transport.write` does. Throws a `TypeError` for anything else than bytes or a string.
   */
  sendLine(line: Uint8Array | string): boolean {
    return this['~write'](line, this['~ending']);
  }
}

/**
 * Receives lines as strings, and raw bytes in between: override `lineReceived`. A character is never split, however the stream is cut; bytes that are not
 * valid in the encoding become U+FFFD. `maxLength` counts bytes.
 */
export class TextLineReceiver<F = AnyFactory> extends RawLineProtocol<string, F> {
  readonly #encoding: TextEncoding;

  /** `encoding` is `utf8` (unless given) or `latin1`, for both directions. Throws a `RangeError` for another one. */
  constructor(encoding: TextEncoding = 'utf8') {
    super(readerOf(encoding));
    this.#encoding = encoding;
  }

  /**
   * Sends a line and its delimiter. The line is not searched for delimiters. Returns false if more than 64 KiB are queued or the
   * connection has ended, as `transport.write` does. Throws a `RangeError`, and sends nothing, if the encoding is `latin1` and
   * the line has a character outside of it: reduced to one byte, it could be taken for the end of the line.
   */
  sendLine(line: string): boolean {
    return this['~write'](this.#encoding === 'utf8' ? line : latin1(line), this['~ending']);
  }
}

/** Throws a `RangeError` unless it is a whole number of at least 0. */
function checkWholeLength(name: string, length: number): void {
  if (!Number.isInteger(length) || length < 0)
    throw new RangeError(`${name} is ${length}, not a whole number of at least 0`);
}

function latin1(line: string): Buffer {
  const [foreign] = /[\u{100}-\u{10ffff}]/u.exec(line) ?? [];
  if (foreign !== undefined) throw new RangeError(`the line has '${foreign}', which is not a character of Latin-1`);
  return Buffer.from(line, 'latin1');
}
