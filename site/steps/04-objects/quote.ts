// Sends a quote to each client and hangs up.
// Try it: node quote.ts 'Less is more', then nc 127.0.0.1 and the port that it prints

import process from 'node:process';
import { type Address, Factory, Protocol, reactor } from 'couplet';

// #region quote
export class Quote extends Protocol {
  readonly #quote: string;

  constructor(quote: string) {
    super();
    this.#quote = quote;
  }

  override connectionMade() {
    this.transport.write(`${this.#quote}\n`);
    this.transport.loseConnection();
  }
}

export class QuoteFactory extends Factory {
  quote = 'An apple a day keeps the doctor away';

  override buildProtocol(_address: Address) {
    return new Quote(this.quote);
  }
}
// #endregion quote

if (import.meta.main) {
  const factory = new QuoteFactory();
  factory.quote = process.argv[2] ?? factory.quote;
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  console.log(`Quote on ${port.getHost().authority}`);
  await reactor.run();
}
