import { EMPTY } from '../bytes/chunk.ts';
import { LineTooLongError } from '../framing/errors.ts';
import { endingOf, LineDecoder } from '../framing/line-decoder.ts';
import type { LineReader } from '../framing/line-reader.ts';
import { BytesReader } from '../framing/line-reader.ts';
import type { TextEncoding } from '../framing/lines.ts';
import { readerOf } from '../framing/lines.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { checkOverridden, DRY, FrameReceiver } from './framed.ts';

/** What the receivers of lines share. */
export abstract class LineProtocol<Line, F = AnyFactory> extends FrameReceiver<F> {
  /** What ends a line: CRLF unless set; a string stands for its UTF-8. A new one counts from the next line on. */
  delimiter: Uint8Array | string = '\r\n';
  /** How many bytes a line may have without its delimiter; 16,384 unless set. A new one counts from the next line on. */
  maxLength = 16_384;
  /** Where the lines come from. */
  protected readonly '~decoder': LineDecoder<Line>;

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

  /** A line arrived; it comes without its delimiter. Throws a `TypeError` unless it is overridden. */
  lineReceived(_line: Line): Result {
    checkOverridden(this, 'lineReceived', LineProtocol.prototype.lineReceived);
  }

  /**
   * A line has at least `length` bytes, one more than `maxLength`. Closes the connection unless overridden; then the line is
   * thrown away, and the next one is received.
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

/** Receives lines as bytes: override `lineReceived`. A line is a view of the chunk that brought it, and yours to keep. */
export class LineOnlyReceiver<F = AnyFactory> extends LineProtocol<Buffer, F> {
  /** The delimiter that was sent last, and its bytes. */
  #sent: Uint8Array | string = '\r\n';
  #ending: Buffer = endingOf('\r\n');

  constructor() {
    super(new BytesReader());
  }

  /** Sends a line and its delimiter. Returns what `transport.write` returns, and throws what it throws. */
  sendLine(line: Uint8Array | string): boolean {
    this.transport.write(line);
    // Text after text and bytes after bytes: each is gathered at little cost, the one after the other is not.
    if (typeof line === 'string') return this.transport.write(this.delimiter);
    if (this.#sent !== this.delimiter) {
      this.#sent = this.delimiter;
      this.#ending = endingOf(this.delimiter);
    }
    return this.transport.write(this.#ending);
  }
}

/** Receives lines, and raw bytes in between: `setRawMode` and `setLineMode` switch, at any time. */
export class LineReceiver<F = AnyFactory> extends LineOnlyReceiver<F> {
  #raw = false;

  /** Bytes arrived in raw mode, cut anywhere. They are yours to keep. Throws a `TypeError` unless it is overridden. */
  rawDataReceived(_data: Buffer): Result {
    checkOverridden(this, 'rawDataReceived', LineReceiver.prototype.rawDataReceived);
  }

  /** From now on bytes go to `rawDataReceived`, beginning with those behind the line that was received last. */
  setRawMode(): void {
    this.#raw = true;
    this['~deliverSoon']();
  }

  /** From now on bytes are lines again, beginning with those of `extra`: what `rawDataReceived` got and does not want. */
  setLineMode(extra?: Uint8Array): void {
    this.#raw = false;
    if (extra !== undefined && extra.length > 0) this['~decoder'].unread(extra);
    this['~deliverSoon']();
  }

  /** Takes away the bytes that were received and not passed on. A line that is being thrown away goes on to its delimiter. */
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
 * Receives lines as strings: override `lineReceived`. A chunk is decoded once, and no character is ever split; bytes that are
 * none of the encoding become U+FFFD. `maxLength` counts bytes.
 */
export class TextLineReceiver<F = AnyFactory> extends LineProtocol<string, F> {
  readonly #encoding: TextEncoding;

  /** Lines in UTF-8, unless the encoding is given. */
  constructor(encoding: TextEncoding = 'utf8') {
    super(readerOf(encoding));
    this.#encoding = encoding;
  }

  /**
   * Sends a line and its delimiter. Returns what `transport.write` returns. Throws a `RangeError` for a character that the
   * encoding does not have, and sends nothing: cut to a byte, it could be the end of the line.
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
