// A pull producer: it is asked for the next piece when everything before it has been sent. The pieces come from a
// generator, which never runs ahead of the client.
// Try it: nc 127.0.0.1 8012

import { Factory, Protocol, type PullProducer, reactor } from 'couplet';

function* countdown() {
  for (let left = 10; left > 0; left -= 1) yield `${left} ...\n`;
  yield 'lift-off\n';
}

export class Countdown extends Protocol implements PullProducer {
  readonly #pieces = countdown();

  override connectionMade() {
    this.transport.registerProducer(this, false);
  }

  resumeProducing() {
    const { value, done } = this.#pieces.next();
    if (!done) {
      this.transport.write(value);
      return;
    }
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }

  /** The client is gone. */
  stopProducing() {
    this.#pieces.return();
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8012), Factory.forProtocol(Countdown), {
    interface: '127.0.0.1',
  });
  console.log(`Countdown on ${port.getHost().authority}`);
  await reactor.run();
}
