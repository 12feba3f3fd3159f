/**
 * The bytes of a stream are not frames of its format: the base class of the errors that decoders throw and receivers give to
 * `connectionLost`. As itself it says that the input of a `Connection` ended inside a frame. It has no cause.
 */
export class FramingError extends Error {
  override name = 'FramingError';
  /** Identifies the class, also across two installed copies of Couplet: `COUPLET_LINE_TOO_LONG`, for instance. */
  readonly code: string = 'COUPLET_FRAMING';
}

/**
 * Thrown by a decoder of lines for a line longer than `maxLength`, and the decoder continues after its delimiter. `readUntil` of a
 * `Connection` rejects with it if the delimiter does not follow within `maxLength` bytes, and leaves them unread. It has no cause.
 */
export class LineTooLongError extends FramingError {
  override name = 'LineTooLongError';
  override readonly code = 'COUPLET_LINE_TOO_LONG';
}

/**
 * Thrown by a decoder for a length prefix that announces more than `maxLength` bytes, which the decoder skips. `readExactly` of a
 * `Connection` rejects with it for a length above `maxLength`, and reads nothing. It has no cause.
 */
export class LengthLimitError extends FramingError {
  override name = 'LengthLimitError';
  override readonly code = 'COUPLET_LENGTH_LIMIT';
  /** How many bytes are announced. */
  readonly length: number;
  /** `length` and `maxLength` are in bytes. */
  constructor(length: number, maxLength: number) {
    super(`a frame of ${length} bytes is longer than maxLength (${maxLength})`);
    this.length = length;
  }
}

/**
 * The input of a `Connection` ended before what `readExactly` or `readUntil` asked for had arrived, or this side closed the connection;
 * both reject with it. It has no cause.
 */
export class IncompleteReadError extends FramingError {
  override name = 'IncompleteReadError';
  override readonly code = 'COUPLET_INCOMPLETE_READ';
  /** The bytes that had arrived. They are read, and belong to the program. Empty if this side closed the connection. */
  readonly partial: Buffer;
  /** `partial` is what had arrived. */
  constructor(partial: Buffer) {
    super(`the input ended after ${partial.length} bytes of what was to be read`);
    this.partial = partial;
  }
}

/** Thrown by a decoder for bytes that are not a netstring. Nothing after them can be understood. It has no cause. */
export class NetstringParseError extends FramingError {
  override name = 'NetstringParseError';
  override readonly code = 'COUPLET_NETSTRING_PARSE';
}

/**
 * Thrown by a decoder for bytes that are not an unsigned varint in its shortest form, of at most 2^53 - 1. Nothing after them can
 * be understood. It has no cause.
 */
export class VarintParseError extends FramingError {
  override name = 'VarintParseError';
  override readonly code = 'COUPLET_VARINT_PARSE';
}

/** Thrown by `sendString` and `encodeLengthPrefixed` for a string longer than its length prefix can express. It has no cause. */
export class StringTooLongError extends RangeError {
  override name = 'StringTooLongError';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_STRING_TOO_LONG';
}
