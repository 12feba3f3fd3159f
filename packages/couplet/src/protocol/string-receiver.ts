import { chunkOf } from '../bytes/chunk.ts';
import { FramingError } from '../framing/errors.ts';
import type { Prefix } from '../framing/prefix.ts';
import { PrefixedDecoder } from '../framing/prefixed-decoder.ts';
import { DRY, FramedProtocol } from './framed-protocol.ts';
import { checkOverridden } from './overridden.ts';
import type { AnyFactory, Result } from './protocol.ts';

/** What the receivers of strings behind their length share. A string is bytes. */
export abstract class StringReceiver<F = AnyFactory> extends FramedProtocol<F> {
  /** How many bytes a string may have; 99,999 unless set. A new one counts from the next string on. */
  maxLength = 99_999;
  readonly #prefix: Prefix;
  readonly #decoder: PrefixedDecoder;

  constructor(prefix: Prefix) {
    super();
    this.#prefix = prefix;
    this.#decoder = new PrefixedDecoder(prefix);
  }

  override dataReceived(data: Buffer): Result {
    this.#decoder.push(data);
    return this['~deliver']();
  }

  override takeUnread(): Buffer {
    return this.#decoder.rest();
  }

  /**
   * A string arrived. It is a view of the chunk that brought it, and yours to keep. Throws a `TypeError` unless it is
   * overridden.
   */
  stringReceived(_string: Buffer): Result {
    checkOverridden(this, 'stringReceived', StringReceiver.prototype.stringReceived);
  }

  /**
   * Sends a string; one of characters as UTF-8. Returns what `transport.write` returns, and throws what it throws, and a
   * `StringTooLongError` for a string that is longer than its prefix can say; nothing is sent then.
   */
  sendString(string: Uint8Array | string): boolean {
    const bytes = chunkOf(string);
    const room = this.transport.write(this.#prefix.write(bytes.length));
    return bytes.length === 0 ? room : this.transport.write(bytes);
  }

  /** The stream broke the rules of its format. */
  protected '~broken'(error: FramingError): Result | typeof DRY {
    throw error;
  }

  protected override '~step'(): Result | typeof DRY {
    this.#decoder.maxLength = this.maxLength;
    let string: Buffer | undefined;
    try {
      string = this.#decoder.next();
    } catch (error) {
      if (error instanceof FramingError) return this['~broken'](error);
      throw error;
    }
    return string === undefined ? DRY : this.stringReceived(string);
  }
}
