import type { TextEncoding } from '../framing/lines.ts';
import { readerOf } from '../framing/lines.ts';
import { LineProtocol } from './line-protocol.ts';
import type { AnyFactory } from './protocol.ts';

/**
 * Receives lines as strings: override `lineReceived`. A chunk is decoded once, and no character is ever split; bytes that are
 * none of the encoding become U+FFFD. `maxLength` counts bytes.
 */
export class TextLineReceiver<F = AnyFactory> extends LineProtocol<string, F> {
  readonly #encoding: TextEncoding;

  /** Lines in UTF-8, unless the encoding is given. */
  constructor(encoding: TextEncoding = 'utf8') {
    super(readerOf(encoding));
    this.#encoding = encoding;
  }

  /**
   * Sends a line and its delimiter. Returns what `transport.write` returns. Throws a `RangeError` for a character that the
   * encoding does not have, and sends nothing: cut to a byte, it could be the end of the line.
   */
  sendLine(line: string): boolean {
    this.transport.write(this.#encoding === 'utf8' ? line : latin1(line));
    return this.transport.write(this.delimiter);
  }
}

function latin1(line: string): Buffer {
  const [foreign] = /[\u{100}-\u{10ffff}]/u.exec(line) ?? [];
  if (foreign !== undefined) throw new RangeError(`the line has '${foreign}', which is no character of Latin-1`);
  return Buffer.from(line, 'latin1');
}
