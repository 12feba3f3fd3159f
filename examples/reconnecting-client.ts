// A client that does not give up: it connects again, after a wait that grows, when an attempt fails or the
// connection is lost.
// Try it: run this, then start echo.ts, stop it, start it again. Ctrl-C ends it.

import { type Connector, Protocol, ReconnectingClientFactory, reactor } from 'couplet';

export class Persistent extends Protocol<PersistentFactory> {
  override connectionMade() {
    this.transport.write('are you there?\n');
  }

  override dataReceived(data: Buffer) {
    this.factory.resetDelay(); // the server answers: the next wait is a short one again
    console.log(`the server said: ${data.toString().trimEnd()}`);
  }
}

export class PersistentFactory extends ReconnectingClientFactory {
  override protocol = Persistent;

  override clientConnectionFailed(connector: Connector, reason: Error) {
    console.log(`no connection: ${reason.message}`);
    super.clientConnectionFailed(connector, reason);
  }

  override clientConnectionLost(connector: Connector, reason: Error) {
    console.log(`lost ${connector.destination}: ${reason.message}`);
    super.clientConnectionLost(connector, reason);
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  reactor.connectTCP('127.0.0.1', Number(process.argv[2] ?? 8007), new PersistentFactory());
  await reactor.run();
}
