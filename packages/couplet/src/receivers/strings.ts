import { chunkOf } from '../bytes/chunk.ts';
import { FramingError, LengthLimitError } from '../framing/errors.ts';
import { NetstringPrefix, TRAILER } from '../framing/netstrings.ts';
import type { Prefix } from '../framing/prefixed.ts';
import { PrefixedDecoder } from '../framing/prefixed.ts';
import type { PrefixBytes } from '../framing/prefixes.ts';
import { IntegerPrefix } from '../framing/prefixes.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { checkOverridden, DRY, Framed } from './framed.ts';

/** The base class of the receivers of strings of bytes that follow their length: override `stringReceived`. */
export abstract class StringReceiver<F = AnyFactory> extends Framed<F> {
  /**
   * The most bytes of a received string, at least 0; 99,999 unless set. A new one applies from the next string on. Anything but a
   * number of at least 0 is a `RangeError`, which aborts the connection.
   */
  maxLength = 99_999;
  readonly #prefix: Prefix;
  readonly #decoder: PrefixedDecoder;

  /** `prefix` is how the length of each string is expressed. */
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

  override get heldBytes(): number {
    return this.#decoder.held;
  }

  /**
   * Called for each string. It is a view of the chunk that brought it, and belongs to the program, which may keep or change it.
   * Must be overridden: the inherited method throws a `TypeError` if it is not. A promise that it returns is awaited before the
   * next string; if it throws or rejects, the connection is aborted with the error.
   */
  stringReceived(_string: Buffer): Result {
    checkOverridden(this, 'stringReceived', StringReceiver.prototype.stringReceived);
  }

  /**
   * Sends a string behind its length. Characters are encoded in UTF-8; bytes are not copied, and must not change until they are
   * sent. Returns false if more than 64 KiB are queued or the connection has ended, as `transport.write` does.
   *
   * Throws, and sends nothing: a `StringTooLongError` if the length does not fit into its prefix, and a `TypeError` for anything
   * else than bytes or a string.
   */
  sendString(string: Uint8Array | string): boolean {
    const bytes = chunkOf(string);
    return this['~write'](this.#prefix.write(bytes.length), bytes);
  }

  /** Called for bytes that violate the format. */
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

/** The base class of the receivers of strings that follow a big-endian length of 1, 2 or 4 bytes: override `stringReceived`. */
export abstract class IntNStringReceiver<F = AnyFactory> extends StringReceiver<F> {
  /** `prefixBytes` is the number of bytes of the length: 1, 2 or 4. Throws a `RangeError` for another one. */
  constructor(prefixBytes: PrefixBytes) {
    super(new IntegerPrefix(prefixBytes));
  }

  /**
   * Called for each string that is longer than `maxLength`, as soon as its prefix has arrived. `length` is its number of bytes.
   * Closes the connection unless overridden; then the string is skipped, and the next one is received.
   */
  lengthLimitExceeded(_length: number): Result {
    this.transport.loseConnection();
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    if (error instanceof LengthLimitError) return this.lengthLimitExceeded(error.length);
    return super['~broken'](error);
  }
}

/** Receives strings of at most 255 bytes, each behind its length in one byte: override `stringReceived`. */
export class Int8StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  /** Takes no arguments: set `maxLength` as a property. */
  constructor() {
    super(1);
  }
}

/** Receives strings of at most 65,535 bytes, each behind its big-endian length in two bytes: override `stringReceived`. */
export class Int16StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  /** Takes no arguments: set `maxLength` as a property. */
  constructor() {
    super(2);
  }
}

/** Receives strings of less than 4 GiB, each behind its big-endian length in four bytes: override `stringReceived`. */
export class Int32StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  /** Takes no arguments: set `maxLength` as a property. */
  constructor() {
    super(4);
  }
}

/**
 * Receives netstrings (http://cr.yp.to/proto/netstrings.txt), such as `5:hello,`: override `stringReceived`. Bytes that cannot
 * belong to a netstring, or announce one of more than `maxLength` bytes, abort the connection at once; the reason is a
 * `NetstringParseError`.
 */
export class NetstringReceiver<F = AnyFactory> extends StringReceiver<F> {
  readonly #prefix: NetstringPrefix;

  /** Takes no arguments: set `maxLength` as a property. */
  constructor() {
    const prefix = new NetstringPrefix();
    super(prefix);
    this.#prefix = prefix;
  }

  override sendString(string: Uint8Array | string): boolean {
    const bytes = chunkOf(string);
    this['~write'](this.#prefix.write(bytes.length), bytes);
    return this.transport.write(TRAILER);
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    this.transport.abortConnection(error);
    return DRY;
  }
}
