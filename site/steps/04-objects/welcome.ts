// Greets each client with the number of clients that are there, and echoes.
// Try it: node welcome.ts, then nc 127.0.0.1 and the port that it prints, in several terminals

import process from 'node:process';
import { Factory, Protocol, reactor } from 'couplet';

// #region protocol
export class Welcome extends Protocol<WelcomeFactory> {
  override connectionMade() {
    this.factory.clients += 1;
    this.transport.write(`welcome! there are ${this.factory.clients} of you.\n`);
  }

  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }

  override connectionLost() {
    this.factory.clients -= 1;
  }
}
// #endregion protocol

// #region factory
export class WelcomeFactory extends Factory {
  override protocol = Welcome;
  clients = 0;
}
// #endregion factory

// #region run
if (import.meta.main) {
  const factory = new WelcomeFactory();
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  console.log(`Welcome on ${port.getHost().authority}, process ${process.pid}`);
  await reactor.run();
  console.log('all is closed');
}
// #endregion run
