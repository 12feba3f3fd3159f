// Says what is called, and in which order, while two clients come and go one after the other.
// Try it: node lives.ts

import { type Address, connect, Factory, Protocol, reactor } from 'couplet';

// #region told
class Told extends Protocol<Tales> {
  readonly #number: number;

  constructor(number: number) {
    super();
    this.#number = number;
    console.log(`  protocol ${number}: new`);
  }

  override connectionMade() {
    console.log(`  protocol ${this.#number}: connectionMade`);
  }

  override dataReceived(data: Buffer) {
    console.log(`  protocol ${this.#number}: dataReceived '${data}'`);
    this.transport.loseConnection();
  }

  override connectionLost() {
    console.log(`  protocol ${this.#number}: connectionLost`);
    this.factory.lost(this.#number);
  }
}

class Tales extends Factory {
  #built = 0;

  override startFactory() {
    console.log('factory: startFactory');
  }

  override buildProtocol(_address: Address) {
    console.log('factory: buildProtocol');
    this.#built += 1;
    return new Told(this.#built);
  }

  override stopFactory() {
    console.log('factory: stopFactory');
  }

  /** The second client is the last one. */
  lost(number: number) {
    if (number < 2) call();
    else reactor.stop();
  }
}
// #endregion told

class Caller extends Protocol {
  override connectionMade() {
    this.transport.write('hello');
  }
}

// #region order
const port = await reactor.listenTCP(0, new Tales(), { interface: '127.0.0.1' });
console.log('reactor: the port is open');

function call() {
  void connect(`tcp:${port.getHost().authority}`, new Caller());
}

reactor.callWhenRunning(() => {
  console.log('reactor: it runs');
  call();
});
await reactor.run();
console.log('reactor: it has stopped');
// #endregion order
