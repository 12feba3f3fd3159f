import type { Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';

/** Sends back everything that arrives (RFC 862). It does not read faster than the peer takes it back. */
export class Echo extends Protocol {
  override dataReceived(data: Buffer): Result {
    if (!this.transport.write(data)) return this.transport.drained();
  }
}

/** Drops everything that arrives, and sends nothing (RFC 863). */
export class Discard extends Protocol {
  override dataReceived(_data: Buffer): void {}
}
