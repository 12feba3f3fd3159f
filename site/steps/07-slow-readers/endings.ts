// Three ways to end a connection, and what the other end gets of them.
// Try it: node endings.ts

import { connect, Factory, type Producer, Protocol, Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';

const MEGABYTES = 5;

// #region lose
/** Writes a lot, and closes in order. */
class Loses extends Protocol {
  override dataReceived() {
    const room = this.transport.write(Buffer.alloc(MEGABYTES * 1_000_000));
    console.log(`write has returned ${room}, and nothing is sent yet`);
    this.transport.loseConnection();
  }
}

/** Writes a lot, and ends at once. */
class Aborts extends Protocol {
  override dataReceived() {
    this.transport.write(Buffer.alloc(MEGABYTES * 1_000_000));
    this.transport.abortConnection();
  }
}
// #endregion lose

// #region holds
/** Closes at once, but has a producer that is not done. */
class Holds extends Protocol implements Producer {
  override dataReceived() {
    this.transport.registerProducer(this, true);
    this.transport.loseConnection();
    const { clock } = this.transport;
    clock.callLater(100, () => this.transport.write('a last line\n'));
    clock.callLater(200, () => this.transport.unregisterProducer());
  }
  resumeProducing() {}
  pauseProducing() {}
  stopProducing() {}
}
// #endregion holds

/** Hears everything, and how it ends. */
class Listener extends Protocol {
  bytes = 0;
  readonly end = new Promise<Error>((resolve) => {
    this.connectionLost = resolve;
  });
  override connectionMade() {
    this.transport.write('begin');
  }
  override dataReceived(data: Buffer) {
    this.bytes += data.length;
  }
}

/** What a client gets of a server with that protocol: how many bytes, and the reason of the end. */
export async function heard(protocol: new () => Protocol) {
  const reactor = new Reactor(new NodeBackend());
  const port = await reactor.listenTCP(0, Factory.forProtocol(protocol), { interface: '127.0.0.1' });
  const listener = await connect(`tcp:${port.getHost().authority}`, new Listener(), { reactor });
  const { name } = await listener.end;
  await port.stopListening();
  return `${listener.bytes} bytes, ${name}`;
}

export { Aborts, Holds, Loses };

if (import.meta.main)
  for (const protocol of [Loses, Aborts, Holds]) console.log(`${protocol.name}: ${await heard(protocol)}`);
