import { EMPTY } from '../bytes/chunk.ts';
import { LineTooLongError } from '../framing/errors.ts';
import { endingOf, LineDecoder } from '../framing/line-decoder.ts';
import type { LineReader } from '../framing/line-reader.ts';
import { BytesReader } from '../framing/line-reader.ts';
import type { TextEncoding } from '../framing/lines.ts';
import { readerOf } from '../framing/lines.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { checkOverridden, DRY, Framed } from './framed.ts';

/**
 * The base class of the receivers of lines: override `lineReceived`. It is extended by `LineOnlyReceiver` and `TextLineReceiver`.
 */
export abstract class LineProtocol<Line, F = AnyFactory> extends Framed<F> {
  /**
   * What ends a line, received or sent; CRLF unless set. A string stands for its bytes in UTF-8. A new one applies from the next
   * line on. An empty one is a `RangeError`, which aborts the connection.
   */
  delimiter: Uint8Array | string = '\r\n';
  /**
   * The most bytes of a received line without its delimiter, at least 0; 16,384 unless set. A new one applies from the next line
   * on. Anything but a number of at least 0 is a `RangeError`, which aborts the connection.
   */
  maxLength = 16_384;
  /** Where the lines come from. */
  protected readonly '~decoder': LineDecoder<Line>;

  /** `reader` makes lines from bytes. */
  constructor(reader: LineReader<Line>) {
    super();
    this['~decoder'] = new LineDecoder(reader);
  }

  override dataReceived(data: Buffer): Result {
    this['~decoder'].push(data);
    return this['~deliver']();
  }

  override takeUnread(): Buffer {
    return this['~decoder'].rest();
  }

  override get heldBytes(): number {
    return this['~decoder'].held;
  }

  /**
   * Called for each line, without its delimiter. Must be overridden: the inherited method throws a `TypeError` if it is not. A
   * promise that it returns is awaited before the next line; if it throws or rejects, the connection is aborted with the error.
   */
  lineReceived(_line: Line): Result {
    checkOverridden(this, 'lineReceived', LineProtocol.prototype.lineReceived);
  }

  /**
   * Called for each line that is longer than `maxLength`, as soon as that is certain. `length` is `maxLength + 1`: the line has
   * at least that number of bytes. Closes the connection unless overridden; then the line is dropped, and the next one is
   * received.
   */
  lineLengthExceeded(_length: number): Result {
    this.transport.loseConnection();
  }

  protected override '~step'(): Result | typeof DRY {
    const decoder = this['~decoder'];
    decoder.maxLength = this.maxLength;
    if (decoder.delimiter !== this.delimiter && decoder.skip()) decoder.delimiter = this.delimiter;
    let line: Line | undefined;
    try {
      line = decoder.next();
    } catch (error) {
      if (error instanceof LineTooLongError) return this.lineLengthExceeded(this.maxLength + 1);
      throw error;
    }
    return line === undefined ? DRY : this.lineReceived(line);
  }
}

/**
 * Receives lines as bytes: override `lineReceived`. A line is a view of the chunk that brought it, and belongs to the program,
 * which may keep or change it.
 */
export class LineOnlyReceiver<F = AnyFactory> extends LineProtocol<Buffer, F> {
  /** The delimiter that was sent last, and its bytes. */
  #sent: Uint8Array | string = '\r\n';
  #ending: Buffer = endingOf('\r\n');

  /** Takes no arguments: set `delimiter` and `maxLength` as properties. */
  constructor() {
    super(new BytesReader());
  }

  /**
   * Sends a line and its delimiter. A string is encoded in UTF-8; bytes are not copied, and must not change until they are sent.
   * The line is not searched for delimiters. Returns false if more than 64 KiB are queued or the connection has ended, as
   * `transport.write` does. Throws a `TypeError` for anything else than bytes or a string.
   */
  sendLine(line: Uint8Array | string): boolean {
    this.transport.write(line);
    // Text follows text and bytes follow bytes: that is gathered at little cost, a mixture is not.
    if (typeof line === 'string') return this.transport.write(this.delimiter);
    if (this.#sent !== this.delimiter) {
      this.#sent = this.delimiter;
      this.#ending = endingOf(this.delimiter);
    }
    return this.transport.write(this.#ending);
  }
}

/**
 * Receives lines as bytes, and raw bytes in between: override `lineReceived` and `rawDataReceived`. It begins with lines;
 * `setRawMode` and `setLineMode` change the mode at any time.
 */
export class LineReceiver<F = AnyFactory> extends LineOnlyReceiver<F> {
  #raw = false;

  /**
   * Called for bytes that arrive in raw mode, cut anywhere. They belong to the program, which may keep or change them. Must be
   * overridden if `setRawMode` is used: the inherited method throws a `TypeError` if it is not. A promise that it returns is
   * awaited before more bytes come; if it throws or rejects, the connection is aborted with the error.
   */
  rawDataReceived(_data: Buffer): Result {
    checkOverridden(this, 'rawDataReceived', LineReceiver.prototype.rawDataReceived);
  }

  /**
   * Changes to raw mode: from now on bytes go to `rawDataReceived`, beginning with those behind the line that was received last.
   * May be called at any time; what has arrived already is passed on after the present callback.
   */
  setRawMode(): void {
    this.#raw = true;
    this['~deliverSoon']();
  }

  /**
   * Changes to lines: from now on bytes go to `lineReceived`. The first ones are those of `extra`: bytes that `rawDataReceived`
   * got but that belong to lines. They must not change any more. May be called at any time; what has arrived already is passed on
   * after the present callback.
   */
  setLineMode(extra?: Uint8Array): void {
    this.#raw = false;
    if (extra !== undefined && extra.length > 0) this['~decoder'].unread(extra);
    this['~deliverSoon']();
  }

  /**
   * Removes the bytes that have arrived and were not passed on, and returns them. They belong to the caller. While a line that is
   * too long is being dropped this returns no bytes: the dropping ends with its delimiter.
   */
  clearLineBuffer(): Buffer {
    return this['~decoder'].skip() ? this['~decoder'].rest() : EMPTY;
  }

  protected override '~step'(): Result | typeof DRY {
    if (!this.#raw) return super['~step']();
    if (!this['~decoder'].skip()) return DRY;
    const data = this['~decoder'].rest();
    return data.length === 0 ? DRY : this.rawDataReceived(data);
  }
}

/**
 * Receives lines as strings: override `lineReceived`. A character is never split, however the stream is cut; bytes that are not
 * valid in the encoding become U+FFFD. `maxLength` counts bytes.
 */
export class TextLineReceiver<F = AnyFactory> extends LineProtocol<string, F> {
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
    this.transport.write(this.#encoding === 'utf8' ? line : latin1(line));
    return this.transport.write(this.delimiter);
  }
}

function latin1(line: string): Buffer {
  const [foreign] = /[\u{100}-\u{10ffff}]/u.exec(line) ?? [];
  if (foreign !== undefined) throw new RangeError(`the line has '${foreign}', which is not a character of Latin-1`);
  return Buffer.from(line, 'latin1');
}
