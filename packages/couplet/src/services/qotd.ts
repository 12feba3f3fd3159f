import { Factory } from '../protocol/factory.ts';
import { Protocol } from '../protocol/protocol.ts';

/** A quote must have fewer bytes than this, its line ends included. */
const LIMIT = 512;

/** Sends a quote of its factory, chosen at random, and closes the connection (RFC 865). */
export class QOTD extends Protocol<QOTDFactory> {
  override connectionMade(): void {
    const { quotes } = this.factory;
    const quote = quotes[Math.floor(this.transport.clock.random() * quotes.length)];
    if (quote !== undefined) this.transport.write(quote);
    this.transport.loseConnection();
  }
}

/** Builds `QOTD` protocols, and holds their quotes: each client gets one, chosen at random. */
export class QOTDFactory extends Factory {
  override protocol: typeof QOTD = QOTD;
  /** The quotes as they are sent: in UTF-8, each line followed by CRLF. They must not be changed. */
  readonly quotes: readonly Buffer[];

  /**
   * `quotes` is at least one quote, each of one or more lines. Throws a `RangeError` if it is empty, and if a quote has more than
   * 511 bytes as it is sent.
   */
  constructor(quotes: readonly string[]) {
    super();
    if (quotes.length === 0) throw new RangeError('quotes is empty, not at least one quote');
    this.quotes = quotes.map((quote, at) => {
      const bytes = Buffer.from(`${quote.trimEnd().replace(/\r?\n/g, '\r\n')}\r\n`);
      if (bytes.length >= LIMIT)
        throw new RangeError(`quote ${at} has ${bytes.length} bytes, not at most ${LIMIT - 1}`);
      return bytes;
    });
  }
}
