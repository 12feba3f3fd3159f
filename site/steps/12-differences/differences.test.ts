import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, ClientTLS, type Connector, Factory, Protocol, Reactor, ServerTLS } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { LineReceiver, NetstringReceiver } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { StringTransport } from 'couplet/testing';

const calm = { seeds: 1, profile: 'calm' } as const;
const local = { interface: '127.0.0.1' };

describe('what differs from Twisted', () => {
  test('listening is awaited, connecting is not', async () => {
    const reactor = new Reactor(new NodeBackend());
    // #region await
    const port = await reactor.listenTCP(0, Factory.forProtocol(Protocol), local); // a promise
    const connector = reactor.connectTCP('127.0.0.1', port.getHost().port, ClientFactory.forProtocol(Protocol)); // at once
    const protocol = await connector.whenConnected();
    // #endregion await
    assert.equal(connector.state, 'connected');
    protocol.transport.abortConnection();
    await port.stopListening();
  });

  test('text is written as UTF-8, and what arrives is bytes', () => {
    // #region bytes
    class Shout extends Protocol {
      override dataReceived(data: Buffer) {
        this.transport.write(data.toString().toUpperCase()); // text or bytes
      }
    }
    // #endregion bytes
    const { protocol, transport } = StringTransport.for(Factory.forProtocol(Shout));
    protocol.dataReceived(Buffer.from('将进酒 li'));
    assert.equal(transport.value().toString(), '将进酒 LI');
  });

  test('a promise of a callback stops the reading', async () => {
    const order: string[] = [];
    // #region promise
    class Slow extends LineReceiver {
      override async lineReceived(line: Buffer) {
        order.push(`begin ${line}`);
        await this.transport.clock.sleep(1000); // the second line waits until this is over
        order.push(`end ${line}`);
      }
    }
    // #endregion promise
    await simulate(calm, async (world) => {
      order.length = 0;
      await world
        .host('server')
        .run(async (reactor) => void (await reactor.listenTCP(8007, Factory.forProtocol(Slow))));
      const { transport } = await connected(world.host('client').reactor);
      transport.write('one\r\ntwo\r\n');
      await world.until(() => order.length === 4);
      transport.loseConnection();
    });
    assert.deepEqual(order, ['begin one', 'end one', 'begin two', 'end two']);
  });

  test('no callback runs inside a call', async () => {
    const order: string[] = [];
    await simulate(calm, async (world) => {
      order.length = 0;
      await world
        .host('server')
        .run(async (reactor) => void (await reactor.listenTCP(8007, Factory.forProtocol(Protocol))));
      const protocol = await connected(world.host('client').reactor);
      protocol.connectionLost = () => void order.push('connectionLost');
      // #region inside
      protocol.transport.abortConnection();
      order.push('behind the call'); // connectionLost comes after this, also here
      // #endregion inside
      await world.until(() => order.length === 2);
    });
    assert.deepEqual(order, ['behind the call', 'connectionLost']);
  });

  test("the peer's end closes the connection in order, and what was written arrives", async () => {
    let heard = '';
    await simulate(calm, async (world) => {
      heard = '';
      class Late extends Protocol {
        override dataReceived() {
          this.transport.write('x'.repeat(200_000)); // more than the kernel takes at once
        }
      }
      await world
        .host('server')
        .run(async (reactor) => void (await reactor.listenTCP(8007, Factory.forProtocol(Late))));
      const client = await connected(world.host('client').reactor);
      let reason: Error | undefined;
      client.dataReceived = (data) => {
        heard += data;
      };
      client.connectionLost = (why) => {
        reason = why;
      };
      client.transport.write('go');
      client.transport.loseWriteConnection();
      await world.until(() => reason !== undefined);
      assert.equal(reason?.name, 'ConnectionDone');
    });
    assert.equal(heard.length, 200_000);
  });

  test('over TLS, connectionMade is called after the handshake', async () => {
    const versions: unknown[] = [];
    await simulate(calm, async (world) => {
      versions.length = 0;
      const { cert, key, ca } = world.certificate({ names: ['server'] });
      class Secret extends Protocol {
        override connectionMade() {
          versions.push(this.transport.tls?.version);
        }
      }
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(8443, Factory.forProtocol(Secret), { tls: new ServerTLS({ cert, key }) });
      });
      const tls = new ClientTLS({ ca });
      const { transport } = await world
        .host('client')
        .reactor.connectTCP('server', 8443, ClientFactory.forProtocol(Protocol), { tls })
        .whenConnected();
      await world.until(() => versions.length > 0);
      transport.loseConnection();
    });
    assert.equal(versions[0], 'TLSv1.3');
  });

  test('a reason is an Error', async () => {
    // #region reason
    class Client extends Protocol {
      override connectionLost(reason: Error) {
        if (reason.name === 'ConnectionDone') return; // reason.check(ConnectionDone)
        console.error(reason.message); // reason.getErrorMessage()
      }
    }
    // #endregion reason
    const told: unknown[] = [];
    const { error } = console;
    console.error = (text) => void told.push(text);
    new Client().connectionLost(new Error('gone'));
    console.error = error;
    assert.deepEqual(told, ['gone']);
  });

  test('a malformed netstring resets the connection', () => {
    class Sink extends NetstringReceiver {
      override stringReceived() {}
    }
    const { protocol, transport } = StringTransport.for(Factory.forProtocol(Sink));
    protocol.dataReceived(Buffer.from('verse'));
    assert.equal(transport.reason?.name, 'NetstringParseError');
  });

  test('a reactor runs again, and so do its triggers', async () => {
    const reactor = new Reactor(new NodeBackend());
    let times = 0;
    reactor.addSystemEventTrigger('after', 'startup', () => {
      times += 1;
      reactor.stop();
    });
    await reactor.run({ signals: false });
    await reactor.run({ signals: false });
    assert.equal(times, 2);
  });

  test('the numbers of a reconnecting factory', async () => {
    const { ReconnectingClientFactory } = await import('couplet');
    const { initialDelayMs, factor, maxDelayMs, jitter } = new ReconnectingClientFactory();
    assert.deepEqual(
      { initialDelayMs, factor, maxDelayMs, jitter },
      {
        initialDelayMs: 1000,
        factor: 1.5,
        maxDelayMs: 60_000,
        jitter: 'full',
      },
    );
  });
});

/** Connects a client to the simulated server. */
async function connected(reactor: Reactor): Promise<Protocol> {
  const connector: Connector<Protocol> = reactor.connectTCP('server', 8007, ClientFactory.forProtocol(Protocol));
  return connector.whenConnected();
}
