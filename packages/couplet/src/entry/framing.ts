export { Decoder } from '../framing/decoder.ts';
export {
  FramingError,
  LengthLimitError,
  LineTooLongError,
  NetstringParseError,
  StringTooLongError,
  VarintParseError,
} from '../framing/errors.ts';
export type { PrefixBytes } from '../framing/length-prefixed.ts';
export { encodeLengthPrefixed, lengthPrefixed } from '../framing/length-prefixed.ts';
export type { LinesOptions, TextEncoding, TextLinesOptions } from '../framing/lines.ts';
export { encodeLine, lines, textLines } from '../framing/lines.ts';
export type { StringsOptions } from '../framing/netstrings.ts';
export { encodeNetstring, netstrings } from '../framing/netstrings.ts';
export { encodeVarintPrefixed, varintPrefixed } from '../framing/varint-prefixed.ts';
