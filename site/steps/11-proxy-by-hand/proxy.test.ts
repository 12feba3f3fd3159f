import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, open, Protocol, Reactor } from 'couplet';
import { type ClientEndpoint, clientFromString } from 'couplet/endpoints';
import { NodeBackend } from 'couplet/node';
import { portForward } from 'couplet/protocols';
import { SimulationError, simulate } from 'couplet/sim';
import { Count } from './count.ts';
import { Cure } from './cure.ts';
import { Idiom } from './idiom.ts';
import { Relay } from './sides.ts';

/** How long the simulated client waits. */
const MINUTE_MS = 60_000;
const SIZE = 20_000_000;
const PIECE = Buffer.alloc(65_536, 'verse ');

const idiom = (endpoint: ClientEndpoint) => new Relay(endpoint, Idiom);
const cure = (endpoint: ClientEndpoint) => new Relay(endpoint, Cure);

/** A client that sends, ends its output, and returns the answer, in a simulated world with a proxy of that kind. */
function play(make: (endpoint: ClientEndpoint) => Factory, seeds: number): Promise<unknown> {
  return simulate({ seeds, profile: 'calm' }, async (world) => {
    await world.host('server').run(async (reactor) => void (await reactor.listenTCP(8007, Factory.forProtocol(Count))));
    await world.host('proxy').run(async (reactor) => {
      await reactor.listenTCP(8008, make(clientFromString(reactor, 'tcp:server:8007')));
    });
    await using client = await open('tcp:proxy:8008', { reactor: world.host('client').reactor });
    await client.write('verse\n');
    client.end();
    const answer = client.lines({ delimiter: '\n' }).next();
    const heard = await Promise.race([answer, world.sleep(MINUTE_MS)]);
    assert.deepEqual(heard?.value, '6 bytes', 'the answer');
  });
}

/** Ends with its peer, and says how. */
class Ending extends Protocol {
  readonly ended = new Promise<Error>((resolve) => {
    this.connectionLost = resolve;
  });
}

/** Listens with a server behind a proxy of that kind, on real sockets; what it returns is where the proxy listens. */
async function behind(
  reactor: Reactor,
  make: (endpoint: ClientEndpoint) => Factory,
  server: Factory,
): Promise<{ readonly where: string } & AsyncDisposable> {
  const local = { interface: '127.0.0.1' };
  const port = await reactor.listenTCP(0, server, local);
  const endpoint = clientFromString(reactor, `tcp:${port.getHost().authority}`);
  const proxy = await reactor.listenTCP(0, make(endpoint), local);
  return {
    where: `tcp:${proxy.getHost().authority}`,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([port.stopListening(), proxy.stopListening()]);
    },
  };
}

describe('S-13: a proxy by hand', () => {
  test("Twisted's idiom hangs when the client ends its output", async () => {
    await assert.rejects(
      () => play(idiom, 1),
      (error) => error instanceof SimulationError && /the answer/.test(error.message),
    );
  });

  for (const [name, make] of Object.entries({ cure, portForward })) {
    test(`${name} passes the end on, and the answer back`, async () => {
      await play(make, 20);
    });

    test(`${name} carries 20 MB, its buffers bounded, and the end over`, async () => {
      const reactor = new Reactor(new NodeBackend());
      await using proxied = await behind(reactor, make, Factory.forProtocol(Count));
      await using client = await open(proxied.where, { reactor });
      let most = 0;
      for (let sent = 0; sent < SIZE; sent += PIECE.length) {
        await client.write(PIECE.subarray(0, Math.min(PIECE.length, SIZE - sent)));
        for (const { queued, factory } of reactor.inspect().connections())
          if (factory === 'Relay' || factory === 'Forwarding') most = Math.max(most, queued);
      }
      client.end();
      const lines: string[] = [];
      for await (const line of client.lines({ delimiter: '\n' })) lines.push(line);
      assert.deepEqual(lines, [`${SIZE} bytes`]);
      assert.ok(most <= 256 * 1024, `${most} bytes were queued`);
    });

    test(`${name} makes a reset a reset`, async () => {
      const reactor = new Reactor(new NodeBackend());
      const server = Factory.forProtocol(Ending);
      const served: Promise<Ending> = new Promise((resolve) => {
        server.buildProtocol = () => {
          const protocol = new Ending();
          protocol.dataReceived = () => resolve(protocol);
          return protocol;
        };
      });
      await using proxied = await behind(reactor, make, server);
      const client = await open(proxied.where, { reactor });
      await client.write('verse\n');
      const { ended } = await served;
      client.abort();
      assert.equal((await ended).name, 'ConnectionLost');
    });
  }
});
