import { BytesReader } from '../framing/line-reader.ts';
import { LineProtocol } from './line-protocol.ts';
import type { AnyFactory } from './protocol.ts';

/** Receives lines as bytes: override `lineReceived`. A line is a view of the chunk that brought it, and yours to keep. */
export class LineOnlyReceiver<F = AnyFactory> extends LineProtocol<Buffer, F> {
  constructor() {
    super(new BytesReader());
  }

  /** Sends a line and its delimiter. Returns what `transport.write` returns, and throws what it throws. */
  sendLine(line: Uint8Array | string): boolean {
    this.transport.write(line);
    // Text after text and bytes after bytes: each is gathered at little cost, the one after the other is not.
    return this.transport.write(typeof line === 'string' ? this.delimiter : this.ending);
  }
}
