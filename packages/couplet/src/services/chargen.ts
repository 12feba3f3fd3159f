import type { PullProducer } from '../protocol/producer.ts';
import { Protocol } from '../protocol/protocol.ts';

/** The 95 printing characters of ASCII, from the space on. */
const RING: string = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at)).join('');
/** A line of 72 of them for each beginning. After these it starts again. */
const LINES: Buffer = Buffer.from(Array.from(RING, (_, at) => `${(RING + RING).slice(at, at + 72)}\r\n`).join(''));

/**
 * Sends lines of printing characters (RFC 864), each shifted by one against the last, as fast as the peer reads, until the
 * peer closes its side. What arrives is thrown away.
 */
export class Chargen extends Protocol implements PullProducer {
  override connectionMade(): void {
    this.transport.registerProducer(this, false);
  }

  /** Everything is sent: there is room for more. */
  resumeProducing(): void {
    this.transport.write(LINES);
  }

  stopProducing(): void {}

  override readConnectionLost(): void {
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
}
