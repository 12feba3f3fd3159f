// A greeter: sends one line to each client, then hangs up.
// Try it: nc 127.0.0.1 8008

import { Factory, Protocol, reactor } from 'couplet';

export class Greeter extends Protocol<GreeterFactory> {
  override connectionMade() {
    this.transport.write(`${this.factory.greeting}\n`);
    this.transport.loseConnection();
  }
}

export class GreeterFactory extends Factory {
  override protocol = Greeter;
  readonly greeting: string;

  constructor(greeting = 'An apple a day keeps the doctor away') {
    super();
    this.greeting = greeting;
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8008), new GreeterFactory(), {
    interface: '127.0.0.1',
  });
  console.log(`Greeter on ${port.getHost().authority}`);
  await reactor.run();
}
