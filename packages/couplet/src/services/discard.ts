import { Protocol } from '../protocol/protocol.ts';

/** Reads and throws away whatever arrives (RFC 863), and says nothing. */
export class Discard extends Protocol {
  override dataReceived(_data: Buffer): void {}
}
