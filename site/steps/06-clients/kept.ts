// A connection that is kept: the server goes away and comes back, and the client goes on asking.
// Try it: node kept.ts

import { Factory, reactor } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
import { type RequestOptions, Requests, TextLineReceiver } from 'couplet/protocols';

/** Answers each line with its length. */
class Counter extends TextLineReceiver {
  override lineReceived(line: string) {
    this.sendLine(String(line.length));
  }
}

// #region client
/** Sends lines, and gives each answer to whoever waits for it. */
class Asker extends TextLineReceiver<unknown> {
  readonly #requests = new Requests<string, string>(this, (line) => {
    this.sendLine(line);
  });

  ask(line: string, options: RequestOptions) {
    return this.#requests.send(line, options);
  }

  override lineReceived(line: string) {
    this.#requests.settle(line);
  }

  override connectionLost(reason: Error) {
    this.#requests.connectionLost(reason);
  }
}

/** A service that keeps a connection to that place. */
function keep(place: string) {
  return new ClientService(clientFromString(reactor, place), () => new Asker(), {
    prepareConnection: () => console.log('connected'),
    onFailure: ({ name }, failures) => console.log(`${name}, ${failures} failed in a row`),
    initialDelayMs: 100,
    maxDelayMs: 1000,
  });
}
// #endregion client

const serve = (port: number) => reactor.listenTCP(port, Factory.forProtocol(Counter), { interface: '127.0.0.1' });

// #region story
reactor.callWhenRunning(async () => {
  const first = await serve(0);
  const { port } = first.getHost();
  const service = keep(`tcp:127.0.0.1:${port}`);
  service.startService();
  const ask = async (line: string) => {
    const send = (asker: Asker, left: RequestOptions) => asker.ask(line, left);
    const answer = await service.request(send, { timeoutMs: 5000 });
    console.log(`${line}: ${answer} letters`);
  };

  await ask('couplet');
  console.log('the server goes');
  await first.drain({ timeoutMs: 0 }); // it cuts who is connected
  reactor.callLater(500, () => {
    console.log('the server is back');
    return serve(port);
  });
  await ask('rhyme'); // nobody is there: it waits for the next connection
  await service.stopService();
  reactor.stop();
});
await reactor.run();
// #endregion story
