import { chunkOf } from '../bytes/chunk.ts';
import type { Decoder } from './decoder.ts';
import { LineDecoder } from './line-decoder.ts';
import type { LineReader } from './line-reader.ts';
import { BytesReader, Latin1Reader, UTF8Reader } from './line-reader.ts';

/** Options of `lines`. */
export interface LinesOptions {
  /** What ends a line; CRLF unless set. A string stands for its UTF-8. */
  readonly delimiter?: Uint8Array | string;
  /** How many bytes a line may have without its delimiter; 16,384 unless set. */
  readonly maxLength?: number;
}

/** The encoding of text. */
export type TextEncoding = 'utf8' | 'latin1';

/** Options of `textLines`. */
export interface TextLinesOptions extends LinesOptions {
  /** `utf8` unless set. */
  readonly encoding?: TextEncoding;
}

/**
 * Decodes lines, each without its delimiter; a line is a view of its chunk. One that is too long throws a
 * `LineTooLongError` as soon as that is certain; after that the decoder goes on with the next line. Throws a `RangeError` for
 * an empty delimiter, and for a limit that is none.
 */
export function lines({ delimiter, maxLength }: LinesOptions = {}): Decoder<Buffer> {
  return new LineDecoder(new BytesReader(), delimiter, maxLength);
}

/**
 * Decodes lines of text like `lines`. No character is ever split; bytes that are none of the encoding become U+FFFD. A line
 * may keep the text of its whole chunk alive. Throws a `RangeError` for an option that cannot be.
 */
export function textLines({ delimiter, maxLength, encoding = 'utf8' }: TextLinesOptions = {}): Decoder<string> {
  return new LineDecoder(readerOf(encoding), delimiter, maxLength);
}

/** What reads lines of text in that encoding. Throws a `RangeError` for another one. */
export function readerOf(encoding: TextEncoding): LineReader<string> {
  if (encoding === 'utf8') return new UTF8Reader();
  if (encoding === 'latin1') return new Latin1Reader();
  throw new RangeError(`encoding is '${encoding}', not 'utf8' or 'latin1'`);
}

/** The bytes of a line with its delimiter. Strings are taken as UTF-8. */
export function encodeLine(line: Uint8Array | string, delimiter: Uint8Array | string = '\r\n'): Buffer {
  return Buffer.concat([chunkOf(line), chunkOf(delimiter)]);
}
