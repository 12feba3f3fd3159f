import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BuildFunction, Reactor } from 'couplet';
import { connect, listen, Protocol } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { Echo } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { factoryFrom } from '../../src/protocol/build-function.ts';
import { Hearer } from '../hearer.ts';
import { call } from '../misuse/calling.ts';

/** Says hello, and closes. */
class Hello extends Protocol {
  readonly #name: string;
  constructor(name: string) {
    super();
    this.#name = name;
  }
  override connectionMade(): void {
    this.transport.write(`hello ${this.#name}`);
    this.transport.loseConnection();
  }
}

/** Plays a scene with the reactors of a server and a client. */
async function play(scene: (server: Reactor, client: Reactor) => Promise<void>): Promise<void> {
  await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
    const server = world.host('server');
    const client = world.host('client');
    await server.run(async (reactor) => scene(reactor, client.reactor));
  });
}

async function hear(reactor: Reactor, port = 8007): Promise<string> {
  return (await connect(`tcp:server:${port}`, new Hearer(), { reactor })).ended;
}

describe('a function in the place of a factory', () => {
  test('R59 it gets the address of each peer, and may refuse', async () => {
    await play(async (server, client) => {
      const refused: string[] = [];
      server.observe({ connectionRefused: (_peer, reason) => void refused.push(reason.code) });
      let count = 0;
      await listen(
        'tcp:8007',
        (address) => {
          count += 1;
          return count === 2 ? null : new Hello(address.family === 'IPv4' ? address.host : 'nobody');
        },
        { reactor: server },
      );
      assert.match(await hear(client), /^hello 10\.0\.0\.\d+$/);
      assert.equal(await hear(client), '');
      assert.match(await hear(client), /^hello 10/);
      assert.deepEqual(refused, ['COUPLET_NO_PROTOCOL']);
    });
  });

  test('R59 two ports with one function have one factory, which has its name', async () => {
    await play(async (server, client) => {
      const factories: unknown[] = [];
      const hello: BuildFunction = () =>
        new (class extends Hello {
          override connectionMade(): void {
            factories.push(this.factory);
            super.connectionMade();
          }
        })('you');
      await server.listenTCP(8007, hello);
      await listen('tcp:8008', hello, { reactor: server });
      await server.listenTCP(8009, limitConnections(hello, { max: 1 }));
      assert.equal(factoryFrom(hello).numPorts, 3);
      for (const port of [8007, 8008, 8009]) assert.equal(await hear(client, port), 'hello you');
      assert.equal(new Set(factories).size, 1);
      assert.deepEqual(
        Array.from(server.inspect().ports(), ({ factory }) => factory),
        ['hello', 'hello', 'hello'],
      );
      assert.notEqual(
        factoryFrom(() => new Echo()),
        factoryFrom(() => new Echo()),
      );
      assert.equal(factoryFrom(() => new Echo()).logPrefix(), 'a function');
    });
  });

  for (const [what, build, message] of [
    ['throws', () => assert.fail('no verse'), /buildProtocol: AssertionError .*no verse/],
    [
      'is async',
      async () => {
        await Promise.resolve();
        throw new Error('nobody hears this');
      },
      /buildProtocol: TypeError: buildProtocol returned a promise, not a protocol or null/,
    ],
    ['returns nothing', () => {}, /buildProtocol returned undefined, not a protocol or null/],
    ['returns a class', () => Echo, /buildProtocol returned the class Echo, not a protocol or null/],
  ] as const) {
    test(`R59 one that ${what} is reported, and the connection refused`, async () => {
      const codes: string[] = [];
      const scene = play(async (server, client) => {
        server.observe({ connectionRefused: (_peer, reason) => void codes.push(reason.code) });
        await call(listen, undefined, 'tcp:8007', build, { reactor: server });
        assert.equal(await hear(client), '');
      });
      await assert.rejects(scene, message);
      assert.deepEqual(new Set(codes), new Set(['COUPLET_ERROR']));
    });
  }
});
