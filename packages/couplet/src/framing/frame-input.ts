/**
 * What an input returns for a request: `yield*` it, and it is the value once that has arrived. Every request has to be yielded before
 * the next one is made; otherwise that, or the frame, is a `TypeError`.
 */
export interface Requested<T> {
  /** What `yield*` uses. */
  [Symbol.iterator](): Iterator<FrameInput, T, unknown>;
}

/**
 * The bytes of a stream, for a generator that reads a frame as if nothing were ever cut: `const head = yield* input.line()`. The
 * generator goes on once what it asked for has arrived. Bytes that it gets are views of the stream; they belong to the program, and
 * must not change before the frame is returned. A delimiter is not part of what it ends; a string stands for its bytes in UTF-8.
 *
 * Each request throws a `FramingError` for a number of bytes that is not a whole number of at least 0, and a `LengthLimitError` if
 * the frame would be longer than `maxLength` of the decoder; both end the stream.
 */
export interface FrameInput {
  /** The next `length` bytes. */
  bytes(length: number): Requested<Buffer>;
  /** Passes `length` bytes. What it is then has no meaning. */
  skip(length: number): Requested<unknown>;
  /** The bytes before the next delimiter. Throws a `RangeError` if that is empty. */
  until(delimiter: Uint8Array | string): Requested<Buffer>;
  /** The bytes before the next CRLF. */
  line(): Requested<Buffer>;
  /** The text before the next delimiter, CRLF unless given: in UTF-8, unless the encoding is `latin1`. */
  text(delimiter?: Uint8Array | string, encoding?: 'utf8' | 'latin1'): Requested<string>;
  /**
   * The number before the next delimiter, CRLF unless given: ASCII digits, with a minus before them if it is below 0, of at most 2^53 - 1.
   * Throws a `FramingError` for anything else.
   */
  decimal(delimiter?: Uint8Array | string): Requested<number>;
  /** The next byte, 0 to 255. */
  uint8(): Requested<number>;
  /** The next 2 bytes as a number, the most significant first. */
  uint16(): Requested<number>;
  /** The next 2 bytes as a number, the least significant first. */
  uint16LE(): Requested<number>;
  /** The next 4 bytes as a number, the most significant first. */
  uint32(): Requested<number>;
  /** The next 4 bytes as a number, the least significant first. */
  uint32LE(): Requested<number>;
  /**
   * An unsigned varint (LEB128) in its shortest form, of at most `maxBytes` bytes, 9 unless given. Throws a `VarintParseError` for
   * anything else, and for one above 2^53 - 1.
   */
  varint(maxBytes?: number): Requested<number>;
}

/** Reads one frame from an input. */
export type FrameReader<Frame> = (input: FrameInput) => Generator<FrameInput, Frame, unknown>;
