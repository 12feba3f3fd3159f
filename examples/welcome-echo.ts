// An echo that welcomes each client with the number of open connections. The protocols share the number through
// their factory, which hands itself to each of them in `buildProtocol`.
// Try it, in several terminals: nc 127.0.0.1 8009

import { Factory, Protocol, reactor } from 'couplet';

export class WelcomeEcho extends Protocol<WelcomeEchoFactory> {
  constructor(factory: WelcomeEchoFactory) {
    super();
    this.factory = factory;
  }

  override connectionMade() {
    this.factory.connections += 1;
    this.transport.write(`welcome! there are currently ${this.factory.connections} open connections.\n`);
  }

  override async dataReceived(data: Buffer) {
    this.transport.write(data);
    await this.transport.drained();
  }

  override connectionLost() {
    this.factory.connections -= 1;
  }
}

export class WelcomeEchoFactory extends Factory {
  connections = 0;

  override buildProtocol() {
    return new WelcomeEcho(this);
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8009), new WelcomeEchoFactory(), {
    interface: '127.0.0.1',
  });
  console.log(`WelcomeEcho on ${port.getHost().authority}`);
  await reactor.run();
}
