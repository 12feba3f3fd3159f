import { endingOf } from '../framing/line-decoder.ts';
import { BytesReader } from '../framing/line-reader.ts';
import { LineProtocol } from './line-protocol.ts';
import type { AnyFactory } from './protocol.ts';

/** Receives lines as bytes: override `lineReceived`. A line is a view of the chunk that brought it, and yours to keep. */
export class LineOnlyReceiver<F = AnyFactory> extends LineProtocol<Buffer, F> {
  /** The delimiter that was sent last, and its bytes. */
  #sent: Uint8Array | string = '\r\n';
  #ending: Buffer = endingOf('\r\n');

  constructor() {
    super(new BytesReader());
  }

  /** Sends a line and its delimiter. Returns what `transport.write` returns, and throws what it throws. */
  sendLine(line: Uint8Array | string): boolean {
    this.transport.write(line);
    // Text after text and bytes after bytes: each is gathered at little cost, the one after the other is not.
    if (typeof line === 'string') return this.transport.write(this.delimiter);
    if (this.#sent !== this.delimiter) {
      this.#sent = this.delimiter;
      this.#ending = endingOf(this.delimiter);
    }
    return this.transport.write(this.#ending);
  }
}
