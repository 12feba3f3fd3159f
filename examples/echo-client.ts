// A client: sends one line, prints what comes back, and stops the reactor when the connection is gone.
// Try it: start echo.ts, then run this.

import { ClientFactory, type Connector, Protocol, reactor } from 'couplet';

const LINE = 'hello, echo\n';

export class EchoClient extends Protocol {
  #answer = '';

  override connectionMade() {
    this.transport.write(LINE);
  }

  override dataReceived(data: Buffer) {
    this.#answer += data; // it may come in several pieces
    if (!this.#answer.endsWith('\n')) return;
    console.log(`the server said: ${this.#answer.trimEnd()}`);
    this.transport.loseConnection();
  }
}

export class EchoClientFactory extends ClientFactory {
  override protocol = EchoClient;

  override clientConnectionFailed(_connector: Connector, reason: Error) {
    console.error(`no connection: ${reason.message}`);
    process.exitCode = 1;
    reactor.stop();
  }

  override clientConnectionLost() {
    reactor.stop();
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  reactor.connectTCP('127.0.0.1', Number(process.argv[2] ?? 8007), new EchoClientFactory());
  await reactor.run();
}
