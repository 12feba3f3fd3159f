import type { LineDelimiter } from '../framing/line-decoder.ts';
import { LineDecoder } from '../framing/line-decoder.ts';
import type { LineReader } from '../framing/line-reader.ts';
import { BytesReader } from '../framing/line-reader.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { checkOverridden, DRY, Framed } from './framed.ts';

/**
 * The base class of the receivers of lines: override `lineReceived`. It is extended by `LineOnlyReceiver`, and by what `LineReceiver` and
 * `TextLineReceiver` have in common.
 */
export abstract class LineProtocol<Line, F = AnyFactory> extends Framed<F> {
  /**
   * What ends a line, received or sent; CRLF unless set. A string stands for its bytes in UTF-8. Of a list, such as `['\r\n', '\n']`, the
   * longest that ends there ends a received line; each must end with the shortest, which it may have nowhere else. A new one applies from
   * the next line on; a list must not be changed. One that is empty, or does not end so, is a `RangeError`, which aborts the connection.
   */
  delimiter: LineDelimiter = '\r\n';
  /**
   * What ends a line that is sent, if it is not `delimiter`. Unless set, that is `delimiter`, or CRLF if that is a list. A string stands
   * for its bytes in UTF-8.
   */
  declare sendDelimiter?: Uint8Array | string;
  /**
   * The most bytes of a received line without its delimiter, at least 0; 16,384 unless set. A new one applies from the next line
   * on. Anything but a number of at least 0 is a `RangeError`, which aborts the connection.
   */
  maxLength = 16_384;
  /** Lines are received: false once a callback has changed the mode. */
  protected '~lines' = true;
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

  /** What ends a line that is sent. */
  protected get '~ending'(): Uint8Array | string {
    const { delimiter, sendDelimiter } = this;
    if (sendDelimiter !== undefined) return sendDelimiter;
    return typeof delimiter === 'string' || delimiter instanceof Uint8Array ? delimiter : '\r\n';
  }

  protected override '~step'(single: boolean): Result | typeof DRY {
    const decoder = this['~decoder'];
    const { delimiter, maxLength, transport } = this;
    if (decoder.maxLength !== maxLength) decoder.maxLength = maxLength;
    if (decoder.delimiter !== delimiter && decoder.skip()) decoder.delimiter = delimiter;
    this['~lines'] = true;
    do {
      const line = decoder.line();
      if (line === undefined) return decoder.exceeded ? this.lineLengthExceeded(maxLength + 1) : DRY;
      const result = this.lineReceived(line);
      if (result !== undefined || single) return result;
      // What a callback may have changed.
    } while (
      this['~lines'] &&
      !transport.paused &&
      !transport.disconnecting &&
      this.maxLength === maxLength &&
      this.delimiter === delimiter
    );
  }
}

/**
 * Receives lines as bytes: override `lineReceived`. A line is a view of the chunk that brought it, and belongs to the program,
 * which may keep or change it.
 */
export class LineOnlyReceiver<F = AnyFactory> extends LineProtocol<Buffer, F> {
  /** Takes no arguments: set `delimiter`, `sendDelimiter` and `maxLength` as properties. */
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
