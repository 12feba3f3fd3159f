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

  /** Sends a line and its delimiter. Returns what `transport.write` returns. */
  sendLine(line: string): boolean {
    this.transport.write(this.#encoding === 'utf8' ? line : Buffer.from(line, this.#encoding));
    return this.transport.write(this.delimiter);
  }
}
