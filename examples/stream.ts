// A streaming producer: counts to a million, as fast as the client reads and no faster.
// Try it: nc 127.0.0.1 8011 | tail -n 1, or: nc 127.0.0.1 8011 | less

import { Factory, type Producer, Protocol, reactor } from 'couplet';

export class Numbers extends Protocol<NumbersFactory> implements Producer {
  #next = 1;
  #paused = false;

  override connectionMade() {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  /** There is room: write until `pauseProducing` (which `write` calls) or the end. */
  resumeProducing() {
    this.#paused = false;
    while (!this.#paused && this.#next <= this.factory.last) this.transport.write(`${this.#next++}\n`);
    if (this.#next > this.factory.last) {
      this.transport.unregisterProducer();
      this.transport.loseConnection();
    }
  }

  pauseProducing() {
    this.#paused = true;
  }

  /** The client is gone: no `resumeProducing` follows. */
  stopProducing() {}
}

export class NumbersFactory extends Factory {
  override protocol = Numbers;
  readonly last: number;

  constructor(last = 1_000_000) {
    super();
    this.last = last;
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8011), new NumbersFactory(), {
    interface: '127.0.0.1',
  });
  console.log(`Numbers on ${port.getHost().authority}`);
  await reactor.run();
}
