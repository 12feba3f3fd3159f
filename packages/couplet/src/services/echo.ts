import type { Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';

/** Sends back everything that arrives (RFC 862). It does not read faster than the peer takes it back. */
export class Echo extends Protocol {
  override dataReceived(data: Buffer): Result {
    if (!this.transport.write(data)) return this.transport.drained();
  }
}
