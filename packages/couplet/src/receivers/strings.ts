import { chunkOf } from '../bytes/chunk.ts';
import { FramingError, LengthLimitError } from '../framing/errors.ts';
import { NetstringPrefix, TRAILER } from '../framing/netstrings.ts';
import type { Prefix } from '../framing/prefixed.ts';
import { PrefixedDecoder } from '../framing/prefixed.ts';
import type { PrefixBytes } from '../framing/prefixes.ts';
import { IntegerPrefix } from '../framing/prefixes.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { checkOverridden, DRY, FrameReceiver } from './framed.ts';

/** What the receivers of strings behind their length share. A string is bytes. */
export abstract class StringReceiver<F = AnyFactory> extends FrameReceiver<F> {
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

/** What the receivers of strings behind a big-endian length share. */
export abstract class IntNStringReceiver<F = AnyFactory> extends StringReceiver<F> {
  constructor(prefixBytes: PrefixBytes) {
    super(new IntegerPrefix(prefixBytes));
  }

  /** A string of `length` bytes is announced, more than `maxLength`. Closes the connection unless overridden; then it is skipped. */
  lengthLimitExceeded(_length: number): Result {
    this.transport.loseConnection();
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    if (error instanceof LengthLimitError) return this.lengthLimitExceeded(error.length);
    return super['~broken'](error);
  }
}

/** Receives strings of at most 255 bytes, each behind one byte that says its length: override `stringReceived`. */
export class Int8StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  constructor() {
    super(1);
  }
}

/** Receives strings of at most 65,535 bytes, each behind a big-endian length of two bytes: override `stringReceived`. */
export class Int16StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  constructor() {
    super(2);
  }
}

/** Receives strings, each behind a big-endian length of four bytes: override `stringReceived`. */
export class Int32StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  constructor() {
    super(4);
  }
}

/**
 * Receives netstrings (http://cr.yp.to/proto/netstrings.txt): override `stringReceived`. Bytes that are none, or make one longer
 * than `maxLength`, abort the connection at once, with a `NetstringParseError` as the reason.
 */
export class NetstringReceiver<F = AnyFactory> extends StringReceiver<F> {
  readonly #prefix: NetstringPrefix;

  constructor() {
    const prefix = new NetstringPrefix();
    super(prefix);
    this.#prefix = prefix;
  }

  override sendString(string: Uint8Array | string): boolean {
    const bytes = chunkOf(string);
    this.transport.write(this.#prefix.write(bytes.length));
    if (bytes.length > 0) this.transport.write(bytes);
    return this.transport.write(TRAILER);
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    this.transport.abortConnection(error);
    return DRY;
  }
}
