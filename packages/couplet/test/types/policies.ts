// What a policy makes of a factory. Compiled, never run.
import type { Connector } from 'couplet';
import { ClientFactory, connect, Factory, Protocol, Reactor, ReconnectingClientFactory } from 'couplet';
import { NodeBackend } from 'couplet/node';
import type { Answer, Ledger } from 'couplet/policies';
import { limitConnections, logTraffic, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import { exactly } from './exactly.ts';

const reactor = new Reactor(new NodeBackend());

class Poem extends Protocol<PoemFactory> {}
class PoemFactory extends Factory {
  override protocol = Poem;
}

class Download extends Protocol<DownloadFactory> {}
class DownloadFactory extends ClientFactory {
  override protocol = Download;
}

/** Says with `buildProtocol` what it builds. */
class Building extends ReconnectingClientFactory {
  override buildProtocol(): Built | null {
    return new Built();
  }
}
class Built extends Protocol<Building> {}

export async function servers(): Promise<void> {
  const limited = limitConnections(new PoemFactory(), { max: 100 });
  exactly<Factory>()(limited);
  exactly<Factory>()(timeoutIdle(limited, { idleTimeoutMs: 1000 }));
  await reactor.listenTCP(0, limited);
  // @ts-expect-error a server factory behind a policy cannot connect
  reactor.connectTCP('localhost', 80, limited);
}

export async function clients(): Promise<void> {
  const bounded = timeoutAbsolute(new DownloadFactory(), { timeoutMs: 1000 });
  exactly<Connector<Download>>()(reactor.connectTCP('localhost', 80, bounded));
  exactly<Connector<Download>>()(
    reactor.connectTCP(
      'localhost',
      80,
      logTraffic(bounded, () => {}),
    ),
  );
  exactly<Connector<Built>>()(
    reactor.connectTCP('localhost', 80, throttle(timeoutIdle(new Building(), { idleTimeoutMs: 1 }), { scope: 'all' })),
  );
  exactly<Download>()(await connect('tcp:localhost:80', bounded));
  const client: ClientFactory = bounded;
  // @ts-expect-error a client factory behind a policy cannot listen
  await reactor.listenTCP(0, bounded);
  void client;
}

export function options(): void {
  // @ts-expect-error a limit says how many
  limitConnections(new PoemFactory(), {});
  // @ts-expect-error there is no such scope
  throttle(new PoemFactory(), { readBytesPerSecond: 1, scope: 'some' });
  // @ts-expect-error a protocol is no factory
  limitConnections(new Poem(), { max: 1 });
}

export function ledgers(ledger: Ledger): void {
  limitConnections(new PoemFactory(), { max: 1, ledger, whenAway: 'local', answerTimeoutMs: 50, key: 'poems' });
  const promising: Ledger = { acquire: async (): Promise<Answer> => 'granted', release: () => {} };
  // @ts-expect-error there is no such answer
  const wrong: Ledger = { acquire: () => 'yes', release: () => {} };
  // @ts-expect-error there is no such choice
  limitConnections(new PoemFactory(), { max: 1, ledger, whenAway: 'sometimes' });
  void promising;
  void wrong;
}
