import { Factory } from '../protocol/factory.ts';
import { Protocol } from '../protocol/protocol.ts';

/** A quote has fewer bytes than this, its line ends included. */
const LIMIT = 512;

/** Sends a quote of its factory and closes (RFC 865). */
export class QOTD extends Protocol<QOTDFactory> {
  override connectionMade(): void {
    const { quotes } = this.factory;
    const quote = quotes[Math.floor(this.transport.clock.random() * quotes.length)];
    if (quote !== undefined) this.transport.write(quote);
    this.transport.loseConnection();
  }
}

/** Holds the quotes of which each client gets one, by chance. */
export class QOTDFactory extends Factory {
  override protocol: typeof QOTD = QOTD;
  /** The quotes as they are sent: in UTF-8, each line ended by CRLF. */
  readonly quotes: readonly Buffer[];

  /**
   * Takes at least one quote, of one or more lines. Throws a `RangeError` when there is none, or for one that is not
   * shorter than 512 bytes as it is sent.
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
