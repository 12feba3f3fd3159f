export type { ChunkQueue } from '../bytes/chunk-queue.ts';
export { Decoder } from '../framing/decoder.ts';
export {
  FramingError,
  IncompleteReadError,
  LengthLimitError,
  LineTooLongError,
  NetstringParseError,
  StringTooLongError,
  VarintParseError,
} from '../framing/errors.ts';
export type { FrameInput, FrameReader, Requested } from '../framing/frame-input.ts';
export type { DecoderOptions } from '../framing/generated.ts';
export { decoder } from '../framing/generated.ts';
export type { LineDelimiter } from '../framing/line-decoder.ts';
export type { LinesOptions, TextEncoding, TextLinesOptions } from '../framing/lines.ts';
export { encodeLine, lines, textLines } from '../framing/lines.ts';
export type { StringsOptions } from '../framing/netstrings.ts';
export { encodeNetstring, netstrings } from '../framing/netstrings.ts';
export type { PrefixBytes } from '../framing/prefixes.ts';
export { encodeLengthPrefixed, encodeVarintPrefixed, lengthPrefixed, varintPrefixed } from '../framing/prefixes.ts';
