import { LineTooLongError } from '../framing/errors.ts';
import { LineDecoder } from '../framing/line-decoder.ts';
import type { LineReader } from '../framing/line-reader.ts';
import { DRY, FramedProtocol } from './framed-protocol.ts';
import { checkOverridden } from './overridden.ts';
import type { AnyFactory, Result } from './protocol.ts';

/** What the receivers of lines share. */
export abstract class LineProtocol<Line, F = AnyFactory> extends FramedProtocol<F> {
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
