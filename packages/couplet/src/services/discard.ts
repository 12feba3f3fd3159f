import { Protocol } from '../protocol/protocol.ts';

/** Drops everything that arrives, and sends nothing (RFC 863). */
export class Discard extends Protocol {
  override dataReceived(_data: Buffer): void {}
}
