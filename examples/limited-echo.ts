// An echo for at most 100 clients at a time: the next one gets a message and is hung up on.
// Try it: nc 127.0.0.1 8010, or with room for one: node limited-echo.ts 8010 1

import { Factory, Protocol, reactor } from 'couplet';

export class LimitedEcho extends Protocol<LimitedEchoFactory> {
  #counted = false;

  override connectionMade() {
    if (this.factory.connections >= this.factory.limit) {
      this.transport.write('Too many connections, try later\n');
      this.transport.loseConnection();
      return;
    }
    this.factory.connections += 1;
    this.#counted = true;
  }

  override async dataReceived(data: Buffer) {
    this.transport.write(data);
    await this.transport.drained();
  }

  override connectionLost() {
    // A place is held to the very end, as the memory and the descriptor are. A refused client holds none.
    if (this.#counted) this.factory.connections -= 1;
  }
}

export class LimitedEchoFactory extends Factory {
  override protocol = LimitedEcho;
  readonly limit: number;
  connections = 0;

  constructor(limit = 100) {
    super();
    this.limit = limit;
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const factory = new LimitedEchoFactory(Number(process.argv[3] ?? 100));
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8010), factory, { interface: '127.0.0.1' });
  console.log(`LimitedEcho on ${port.getHost().authority}`);
  await reactor.run();
}
