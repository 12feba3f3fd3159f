import type { Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';

/** Sends back whatever arrives (RFC 862), and reads no faster than the peer takes it. */
export class Echo extends Protocol {
  override dataReceived(data: Buffer): Result {
    if (!this.transport.write(data)) return this.transport.drained();
  }
}
