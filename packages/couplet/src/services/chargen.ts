import type { PullProducer } from '../protocol/producer.ts';
import { Protocol } from '../protocol/protocol.ts';

/** The 95 printable characters of ASCII, beginning with the space. */
const RING: string = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at)).join('');
/** All lines: one of 72 characters for each character to begin with. They are sent over and over. */
const LINES: Buffer = Buffer.from(Array.from(RING, (_, at) => `${(RING + RING).slice(at, at + 72)}\r\n`).join(''));

/**
 * Sends lines of 72 printable characters (RFC 864), each shifted by one, as fast as the peer reads, until the peer closes its side,
 * or the port drains. What arrives is dropped.
 */
export class Chargen extends Protocol implements PullProducer {
  override connectionMade(): void {
    this.transport.registerProducer(this, false);
  }

  /** Called by the transport when everything is sent: sends the lines once more. */
  resumeProducing(): void {
    this.transport.write(LINES);
  }

  /** Called by the transport when the connection is gone. Does nothing. */
  stopProducing(): void {}

  override readConnectionLost(): void {
    this.#end();
  }

  override draining(): void {
    this.#end();
  }

  #end(): void {
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
}
