// Sends 20 MB to each client, by a careless protocol and by a careful one, and tells who has how much in its queue.
// Try it: node flood.ts

import { Factory, type Producer, Protocol, reactor } from 'couplet';
import { serveInspector } from 'couplet-inspector';

const PIECES = 200;
const piece = (number: number) => Buffer.alloc(100_000, `${number}\n`);

// #region careless
export class Careless extends Protocol {
  override connectionMade() {
    for (let number = 1; number <= PIECES; number += 1) {
      this.transport.write(piece(number));
    }
    this.transport.loseConnection();
  }
}
// #endregion careless

// #region careful
export class Careful extends Protocol implements Producer {
  #next = 1;
  #paused = false;

  override connectionMade() {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  /** There is room. */
  resumeProducing() {
    this.#paused = false;
    while (!this.#paused && this.#next <= PIECES) {
      this.transport.write(piece(this.#next));
      this.#next += 1;
    }
    if (this.#next <= PIECES) return;
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }

  /** There is more than 64 KiB in the queue. */
  pauseProducing() {
    this.#paused = true;
  }

  /** The client has gone. */
  stopProducing() {}
}
// #endregion careful

// #region queues
/** Tells how much each connection has in its queue, and hangs up. */
class Queues extends Protocol {
  override connectionMade() {
    const views = [...reactor.inspect().connections()];
    views.sort((one, other) => other.queued - one.queued);
    for (const { protocol, queued, waiting } of views) {
      if (protocol === 'Queues') continue;
      const size = `${(queued / 1e6).toFixed(1)} MB`;
      this.transport.write(`${protocol}: ${size} queued, waits for: ${waiting}\n`);
    }
    this.transport.loseConnection();
  }
}
// #endregion queues

if (import.meta.main) {
  for (const protocol of [Careless, Careful, Queues]) {
    const port = await reactor.listenTCP(0, Factory.forProtocol(protocol), { interface: '127.0.0.1' });
    console.log(`${protocol.name} on ${port.getHost().authority}`);
  }
  if (process.argv.includes('--inspect')) console.error((await serveInspector(reactor)).notice);
  await reactor.run();
}
