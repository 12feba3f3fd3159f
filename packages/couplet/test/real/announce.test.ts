import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Address } from 'couplet';
import { ClientFactory, Factory, Protocol, Reactor } from 'couplet';
import { backendHere } from '../here.ts';

describe('a client that announces itself', { timeout: 20_000 }, () => {
  for (const proxyHeader of [1, 2] as const) {
    test(`R38 in version ${proxyHeader} has its own addresses behind the header`, async () => {
      const reactor = new Reactor(backendHere());
      let tell: (peerAndHost: readonly Address[]) => void = () => {};
      const told = new Promise<readonly Address[]>((resolve) => {
        tell = resolve;
      });
      class Told extends Protocol {
        override connectionMade(): void {
          tell([this.transport.getPeer(), this.transport.getHost()]);
        }
      }
      const terms = { interface: '127.0.0.1', haproxy: { trusted: ['127.0.0.1'] } };
      const port = await reactor.listenTCP(0, Factory.forProtocol(Told), terms);
      const host = port.getHost();
      assert.ok('port' in host);
      const factory = ClientFactory.forProtocol(Protocol);
      const connector = reactor.connectTCP('127.0.0.1', host.port, factory, { proxyHeader });
      const { transport } = await connector.whenConnected();
      assert.deepEqual(await told, [transport.getHost(), transport.getPeer()]);
      transport.abortConnection();
      await port.stopListening();
    });
  }
});
