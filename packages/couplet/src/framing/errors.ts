/** The bytes of a stream are no frames of its format, or end inside of one. */
export class FramingError extends Error {
  override name = 'FramingError';
}

/** A line is longer than allowed. The decoder goes on behind its delimiter. */
export class LineTooLongError extends FramingError {
  override name = 'LineTooLongError';
}

/** A length prefix announces more bytes than allowed. The decoder skips them. */
export class LengthLimitError extends FramingError {
  override name = 'LengthLimitError';
  /** How many bytes are announced. */
  readonly length: number;
  constructor(length: number, maxLength: number) {
    super(`a string of ${length} bytes is longer than maxLength (${maxLength})`);
    this.length = length;
  }
}

/** The bytes are no netstring. Nothing behind them can be understood. */
export class NetstringParseError extends FramingError {
  override name = 'NetstringParseError';
}

/** The bytes are no unsigned varint in its shortest form. Nothing behind them can be understood. */
export class VarintParseError extends FramingError {
  override name = 'VarintParseError';
}

/** A string is too long for its length prefix. */
export class StringTooLongError extends RangeError {
  override name = 'StringTooLongError';
}
