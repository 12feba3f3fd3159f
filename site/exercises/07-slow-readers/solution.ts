// A proxy by hand: what a client sends goes to another server, and what that answers comes back.

import { ConnectionDone, connect, Factory, Protocol, type Reactor } from 'couplet';

/** One of the two connections of a proxied client. */
class Side extends Protocol {
  peer: Side | undefined;

  /** Joins the two: each transport is the producer of the other, so neither is read faster than the other sends. */
  join(peer: Side) {
    this.peer = peer;
    this.transport.registerProducer(peer.transport, true);
  }

  override dataReceived(data: Buffer) {
    this.peer?.transport.write(data);
  }

  /** This end has sent its last byte: nothing more is produced for the other, whose output ends behind what is queued. */
  override readConnectionLost() {
    this.peer?.transport.unregisterProducer();
    this.peer?.transport.loseWriteConnection();
  }

  override connectionLost(reason: Error) {
    this.peer?.transport.unregisterProducer();
    if (reason instanceof ConnectionDone) this.peer?.transport.loseConnection();
    else this.peer?.transport.abortConnection();
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
    const far = await connect(this.#place, new Side(), { reactor: this.#reactor });
    far.join(this);
    this.join(far);
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
