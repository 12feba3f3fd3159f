import type { Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';

/**
 * Sends back everything that arrives (RFC 862). It does not read faster than the peer takes it back. When its port drains it sends
 * back what has arrived, and closes.
 */
export class Echo extends Protocol {
  override dataReceived(data: Buffer): Result {
    if (!this.transport.write(data)) return this.transport.drained();
  }

  override draining(): void {
    this.transport.loseConnection();
  }
}

/** Drops everything that arrives, and sends nothing (RFC 863). It closes when its port drains. */
export class Discard extends Protocol {
  override dataReceived(_data: Buffer): void {}

  override draining(): void {
    this.transport.loseConnection();
  }
}
