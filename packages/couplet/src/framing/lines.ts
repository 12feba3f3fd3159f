import { chunkOf } from '../bytes/chunk.ts';
import type { Decoder } from './decoder.ts';
import type { LineDelimiter } from './line-decoder.ts';
import { LineDecoder } from './line-decoder.ts';
import type { LineReader } from './line-reader.ts';
import { BytesReader, Latin1Reader, UTF8Reader } from './line-reader.ts';

/** Options of `lines`. */
export interface LinesOptions {
  /**
   * What ends a line; CRLF unless set. A string stands for its UTF-8. Of a list, each delimiter must end with the shortest, as those of
   * `['\r\n', '\n']` do: a line ends with the shortest, and the longest that ends there is not part of it.
   */
  readonly delimiter?: LineDelimiter;
  /** The most bytes of a line without its delimiter, at least 0; 16,384 unless set. `Infinity` sets no limit. */
  readonly maxLength?: number;
}

/** The encoding of text lines: UTF-8, or Latin-1 (ISO 8859-1) with one byte for each character. */
export type TextEncoding = 'utf8' | 'latin1';

/** Options of `textLines`. */
export interface TextLinesOptions extends LinesOptions {
  /** How bytes become text; `utf8` unless set. */
  readonly encoding?: TextEncoding;
}

/**
 * Returns a decoder of lines as bytes, each without its delimiter. A line is a view of the chunk that brought it, and belongs to
 * the caller.
 *
 * `next` throws a `LineTooLongError` as soon as a line is certain to be longer than `maxLength`, once for each such line; the
 * decoder goes on with the line behind it. `lines` throws a `RangeError` if a delimiter is empty or does not end with the shortest
 * alone, or if `maxLength` is not a number of at least 0.
 */
export function lines({ delimiter, maxLength }: LinesOptions = {}): Decoder<Buffer> {
  return new LineDecoder(new BytesReader(), delimiter, maxLength);
}

/**
 * Returns a decoder of lines as strings, each without its delimiter. A character is never split, however the stream is cut; bytes
 * that are not valid in the encoding become U+FFFD. A line may keep the text of its whole chunk in memory.
 *
 * `next` throws a `LineTooLongError` as soon as a line is certain to be longer than `maxLength`, once for each such line; the
 * decoder goes on with the line behind it. `textLines` throws a `RangeError` if a delimiter is empty or does not end with the
 * shortest alone, if `maxLength` is not a number of at least 0, or if the encoding is neither `utf8` nor `latin1`.
 */
export function textLines({ delimiter, maxLength, encoding = 'utf8' }: TextLinesOptions = {}): Decoder<string> {
  return new LineDecoder(readerOf(encoding), delimiter, maxLength);
}

/** Returns a reader of text lines in an encoding. Throws a `RangeError` if that is neither `utf8` nor `latin1`. */
export function readerOf(encoding: TextEncoding): LineReader<string> {
  if (encoding === 'utf8') return new UTF8Reader();
  if (encoding === 'latin1') return new Latin1Reader();
  throw new RangeError(`encoding is '${encoding}', not 'utf8' or 'latin1'`);
}

/**
 * Returns the bytes of a line followed by its delimiter, CRLF unless given. Strings are encoded in UTF-8. The result is a copy.
 * Throws a `TypeError` for anything else than bytes or strings.
 */
export function encodeLine(line: Uint8Array | string, delimiter: Uint8Array | string = '\r\n'): Buffer {
  return Buffer.concat([chunkOf(line), chunkOf(delimiter)]);
}
