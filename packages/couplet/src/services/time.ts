import { Protocol } from '../protocol/protocol.ts';

/** Created for the first client, since that takes the runtime many milliseconds. */
let format: Intl.DateTimeFormat | undefined;

/**
 * Sends the date and time in UTC, such as `Monday, February 22, 1982 at 17:37:43 UTC`, and closes the connection (RFC 867). The
 * time is that of the clock of the transport.
 */
export class Daytime extends Protocol {
  override connectionMade(): void {
    format ??= new Intl.DateTimeFormat('en-US', {
      dateStyle: 'full',
      timeStyle: 'long',
      hourCycle: 'h23',
      timeZone: 'UTC',
    });
    this.transport.write(`${format.format(this.transport.clock.wallClock())}\r\n`);
    this.transport.loseConnection();
  }
}

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
