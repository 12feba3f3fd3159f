import type { Protocol } from 'couplet';
import { StringTransport } from 'couplet/testing';

/** Connects a protocol to nothing. What is returned hands it a chunk. */
export function feeder(protocol: Protocol): (chunk: Buffer) => void {
  protocol.makeConnection(new StringTransport());
  return (chunk) => {
    protocol.dataReceived(chunk);
  };
}
