// A proxy by hand: what a client sends goes to another server, and what that answers comes back.

import { connect, Factory, Protocol, type Reactor } from 'couplet';

/** One of the two connections of a proxied client. */
class Side extends Protocol {
  peer: Side | undefined;

  override dataReceived(data: Buffer) {
    this.peer?.transport.write(data);
  }

  override connectionLost() {
    this.peer?.transport.loseConnection();
  }
}

/** The connection of the client. Nothing is read from it before the other side is there. */
class Near extends Side {
  readonly #reactor: Reactor;
  readonly #place: string;

  constructor(reactor: Reactor, place: string) {
    super();
    this.#reactor = reactor;
    this.#place = place;
  }

  override async connectionMade() {
    const far = new Side();
    far.peer = this;
    this.peer = await connect(this.#place, far, { reactor: this.#reactor });
  }
}

/** A factory that passes each connection on to a server. */
export function proxyTo(reactor: Reactor, place: string): Factory {
  return new (class extends Factory {
    override buildProtocol() {
      return new Near(reactor, place);
    }
  })();
}
