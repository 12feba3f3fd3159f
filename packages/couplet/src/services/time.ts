import { Protocol } from '../protocol/protocol.ts';

/** The seconds from the beginning of 1900, where this protocol begins to count, to that of 1970. */
const SECONDS_BEFORE_1970 = 2_208_988_800;

/**
 * Sends the seconds since the beginning of 1900 (UTC) as a big-endian number of 32 bits, and closes the connection (RFC 868). The
 * number wraps to 0 in February 2036. The time is that of the clock of the transport.
 */
export class Time extends Protocol {
  override connectionMade(): void {
    const seconds = Math.floor(this.transport.clock.wallClock() / 1000) + SECONDS_BEFORE_1970;
    const answer = Buffer.alloc(4);
    answer.writeUInt32BE(seconds >>> 0);
    this.transport.write(answer);
    this.transport.loseConnection();
  }
}
