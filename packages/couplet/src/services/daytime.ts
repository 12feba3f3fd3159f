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
