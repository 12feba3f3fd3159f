import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CannotListenError, connect, Factory, Protocol, Reactor } from 'couplet';
import { inheritSockets, placeOf, serverFromString } from 'couplet/endpoints';
import type { World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import type { Backend } from 'couplet/testing';
import { Process } from '../../src/sim/process.ts';
import { FakeBackend } from '../fake-backend.ts';

const SECRET = 'verse';

/** Says its word to each client, and leaves. */
class Speaker extends Factory {
  readonly #word: string;

  constructor(word: string = SECRET) {
    super();
    this.#word = word;
  }

  override buildProtocol(): Protocol {
    const word = this.#word;
    return new (class extends Protocol {
      override connectionMade(): void {
        this.transport.write(word);
        this.transport.loseConnection();
      }
    })();
  }
}

/** Hears everything until the server leaves. */
class Hearer extends Protocol {
  heard = '';
  gone = false;

  override dataReceived(data: Buffer): void {
    this.heard += data.toString();
  }

  override connectionLost(): void {
    this.gone = true;
  }
}

/** A process with sockets at `places`, whose descriptors begin with 3, and clients. */
class Scene {
  readonly world: World;
  readonly process: Process;
  readonly reactor: Reactor;

  constructor(world: World, places: readonly string[], change: (backend: Backend) => Backend = (backend) => backend) {
    this.world = world;
    const process = world.host('server').spawn();
    assert.ok(process instanceof Process);
    this.process = process;
    for (const text of places) {
      const place = placeOf(text);
      assert.ok(place.kind === 'tcp' || place.kind === 'unix');
      process.inherit(place);
    }
    this.reactor = new Reactor(change(process));
  }

  /** Resolves to a client that is connected, or waits to be accepted. */
  visit(place = 'tcp:server:8007'): Promise<Hearer> {
    return connect(place, new Hearer(), { reactor: this.world.host('client').reactor });
  }

  /** Resolves to what a client hears. */
  async ask(place?: string): Promise<string> {
    const client = await this.visit(place);
    await this.world.until(() => client.gone, 10);
    return client.heard;
  }
}

function play(
  places: readonly string[],
  scenario: (scene: Scene) => Promise<void>,
  change?: (backend: Backend) => Backend,
): Promise<unknown> {
  return simulate({ seeds: 3, profile: 'calm' }, (world) => scenario(new Scene(world, places, change)));
}

describe('a table of inherited sockets', () => {
  test('R35 a port at the place of a socket listens on it, however the place is written', async () => {
    await play(['tcp:8007', 'tcp:8008:interface=127.0.0.1'], async ({ reactor, process }) => {
      const table = inheritSockets(reactor, {
        'tcp:port=8007:interface=0.0.0.0': 3,
        'tcp:8008:interface=127.0.0.1': 4,
      });
      const trusted = 'haproxy:trusted=10.0.0.0/8:tcp:8008:interface=127.0.0.1:backlog=9';
      const ports = [
        await serverFromString(reactor, 'tcp:8007:backlog=9').listen(new Speaker()),
        await serverFromString(reactor, trusted).listen(new Speaker()),
      ];
      // Nothing was bound: the process has no more than it inherited.
      assert.equal(process.descriptors, 2);
      assert.deepEqual(
        ports.map((port) => String(port.getHost().authority)),
        ['0.0.0.0:8007', '127.0.0.1:8008'],
      );
      await table.close();
      await Promise.all(ports.map((port) => port.stopListening()));
    });
  });

  test('R35 clients that come while no port listens wait, and the next port serves them', async () => {
    await play(['tcp:8007', 'unix:/run/echo.sock'], async (scene) => {
      const { reactor, world } = scene;
      const table = inheritSockets(reactor, { 'tcp:8007': 3 });
      for (const word of ['one', 'two', 'three']) {
        const waiting = await scene.visit();
        await world.sleep(100);
        assert.deepEqual([waiting.heard, waiting.gone], ['', false]);
        const port = await serverFromString(reactor, 'tcp:8007').listen(new Speaker(word));
        await world.until(() => waiting.gone, 10);
        assert.equal(waiting.heard, word);
        assert.equal(await scene.ask(), word);
        await port.stopListening();
      }
      await table.close();
      await assert.rejects(scene.visit(), /refused/);
    });
  });

  test('R35 a port stops and another one goes on, again and again, and no client is lost', async () => {
    await play(['tcp:8007'], async (scene) => {
      const { reactor, world } = scene;
      const table = inheritSockets(reactor, { 'tcp:8007': 3 });
      const asked: Promise<string>[] = [];
      for (let round = 0; round < 20; round += 1) {
        const port = await serverFromString(reactor, 'tcp:8007').listen(new Speaker());
        for (let count = 0; count < 5; count += 1) {
          asked.push(scene.ask());
          await world.sleep(world.dice.whole(0, 3));
        }
        await port.stopListening();
        asked.push(scene.ask());
      }
      const last = await serverFromString(reactor, 'tcp:8007').listen(new Speaker());
      assert.deepEqual(new Set(await Promise.all(asked)), new Set([SECRET]));
      await table.close();
      await last.stopListening();
    });
  });

  test('R35 a socket has one port at a time, but port 0 is a free one for the next', async () => {
    await play(['tcp:8007', 'tcp:0'], async ({ reactor }) => {
      const table = inheritSockets(reactor, { 'tcp:8007': 3, 'tcp:0': 4 });
      const listen = (place: string) => serverFromString(reactor, place).listen(new Speaker());
      const first = await listen('tcp:8007');
      await assert.rejects(listen('tcp:8007'), /0\.0\.0\.0:8007: this process already uses it/);
      const ports = [await listen('tcp:0'), await listen('tcp:0')];
      const [inherited, bound] = ports.map((port) => port.getHost().authority);
      assert.notEqual(inherited, bound);
      await ports[0]?.stopListening();
      const again = await listen('tcp:0');
      assert.equal(again.getHost().authority, inherited);
      // The failed one has not taken the socket from the table.
      await first.stopListening();
      await (await listen('tcp:8007')).stopListening();
      await table.close();
      await Promise.all([...ports, again].map((port) => port.stopListening()));
    });
  });

  test('R35 a place with several sockets gives each port one, and a port that comes again the one that is free', async () => {
    await play(['tcp:8007', 'tcp:8008', 'tcp:8009'], async ({ reactor, process }) => {
      const table = inheritSockets(reactor, { 'tcp:0': [3, 4, 5] });
      const listen = () => reactor.listenTCP(0, new Speaker());
      const ports = [await listen(), await listen(), await listen()];
      assert.deepEqual(
        ports.map((port) => port.getHost().port),
        [8007, 8008, 8009],
      );
      await ports[1]?.stopListening();
      const again = await listen();
      assert.equal(again.getHost().port, 8008);
      assert.equal(process.descriptors, 3);
      await table.close();
      await Promise.all([...ports, again].map((port) => port.stopListening()));
      assert.equal(process.descriptors, 0);
    });
  });

  test('R35 a socket that is bound elsewhere is not taken for the place', async () => {
    await play(['tcp:8007', 'unix:/run/echo.sock'], async ({ reactor }) => {
      const table = inheritSockets(reactor, { 'tcp:8008': 3, 'unix:/run/b.sock': 3, 'tcp:8009': 4, 'tcp:0': 4 });
      const elsewhere = /^CannotListenError: .*: descriptor [34], which was inherited for it, is bound elsewhere$/;
      for (const port of [8008, 8009, 0]) await assert.rejects(reactor.listenTCP(port, new Speaker()), elsewhere);
      await assert.rejects(reactor.listenUNIX('/run/b.sock', new Speaker()), elsewhere);
      await (await reactor.adoptStreamPort(3, new Speaker())).stopListening();
      await table.close();
    });
  });

  test('R35 a factory that fails to start leaves the socket to the next one', async () => {
    await play(['tcp:8007'], async (scene) => {
      const { reactor } = scene;
      const table = inheritSockets(reactor, { 'tcp:8007': 3 });
      const failing = new (class extends Speaker {
        override startFactory(): void {
          throw new Error('not today');
        }
      })();
      await assert.rejects(reactor.listenTCP(8007, failing), /not today/);
      const port = await reactor.listenTCP(8007, new Speaker());
      assert.equal(await scene.ask(), SECRET);
      await table.close();
      await port.stopListening();
    });
  });

  test('R35 a place that is not in the table is bound, or refused', async () => {
    await play(['tcp:8007'], async ({ reactor, process }) => {
      const table = inheritSockets(reactor, { 'tcp:8007': 3 });
      const port = await reactor.listenTCP(8008, new Speaker());
      assert.equal(process.descriptors, 2);
      await port.stopListening();
      await table.close();
    });
    await play(['tcp:8007'], async ({ reactor }) => {
      const table = inheritSockets(reactor, { 'tcp:8007': 3 }, { others: 'refuse' });
      const none = /^CannotListenError: cannot listen on .*: no socket was inherited for it$/;
      await assert.rejects(reactor.listenTCP(8008, new Speaker()), none);
      await assert.rejects(reactor.listenTCP(8007, new Speaker(), { interface: '127.0.0.1' }), none);
      await assert.rejects(reactor.listenUNIX('/run/echo.sock', new Speaker()), none);
      await (await reactor.listenTCP(8007, new Speaker())).stopListening();
      await table.close();
    });
  });

  test('R35 sockets of systemd, and descriptors by their numbers, can be in it', async () => {
    await play(['tcp:8007', 'tcp:8008'], async (scene) => {
      const { reactor } = scene;
      const table = inheritSockets(reactor, { 'systemd:name=web': 3, 'fd:4': 4 });
      const places = ['systemd:domain=INET:name=web', 'fd:4', 'fd:3', 'systemd:name=web'];
      for (const place of places) {
        const port = await serverFromString(reactor, place).listen(new Speaker(place));
        assert.equal(await scene.ask(`tcp:server:${place === 'fd:4' ? 8008 : 8007}`), place);
        await port.stopListening();
      }
      const wrong = serverFromString(reactor, 'systemd:name=web:domain=UNIX').listen(new Speaker());
      await assert.rejects(wrong, /its family is IPv4, not UNIX/);
      await assert.rejects(serverFromString(reactor, 'systemd:name=mail').listen(new Speaker()), /LISTEN_PID/);
      await table.close();
    });
  });

  test('R25 close closes what no port uses, at once, and the others with their ports', async () => {
    await play(['tcp:8007', 'tcp:8008', 'tcp:8009'], async (scene) => {
      const { reactor, process } = scene;
      const table = inheritSockets(reactor, { 'tcp:8007': 3, 'tcp:8008': 4, 'tcp:8009': 5 });
      const port = await reactor.listenTCP(8007, new Speaker());
      await (await reactor.listenTCP(8008, new Speaker())).stopListening();
      assert.equal(process.descriptors, 3);
      await table.close();
      await table.close();
      assert.equal(process.descriptors, 1);
      for (const number of [8008, 8009]) await assert.rejects(scene.visit(`tcp:server:${number}`), /refused/);
      assert.equal(await scene.ask(), SECRET);
      await port.stopListening();
      assert.deepEqual(process.leftovers, []);
      // The place is one as any other now.
      await (await reactor.listenTCP(8007, new Speaker())).stopListening();
    });
  });

  test('R25 a reactor that has stopped holds no port, and goes on with the socket when it runs again', async () => {
    await play(['tcp:8007'], async (scene) => {
      const { reactor, process } = scene;
      const table = inheritSockets(reactor, { 'tcp:8007': 3 });
      for (const word of ['one', 'two']) {
        const ended = reactor.run();
        await reactor.listenTCP(8007, new Speaker(word));
        assert.equal(await scene.ask(), word);
        reactor.stop();
        await ended;
      }
      await table.close();
      assert.deepEqual(process.leftovers, []);
    });
  });

  test('R35 where the runtime cannot keep a socket, its second port says so, and takes nothing else', async () => {
    const change = (backend: Backend): Backend => ({
      ...backend,
      streams: {
        ...backend.streams,
        listen: async (place, sink) => {
          const listener = await backend.streams.listen(place, sink);
          return 'kind' in listener ? listener : { name: listener.name, close: () => listener.close() };
        },
      },
    });
    const scenario = async ({ reactor, process }: Scene): Promise<void> => {
      const table = inheritSockets(reactor, { 'tcp:8007': 3 });
      await (await reactor.listenTCP(8007, new Speaker())).stopListening();
      assert.equal(process.descriptors, 0);
      await assert.rejects(reactor.listenTCP(8007, new Speaker()), (error) => {
        assert.ok(error instanceof CannotListenError);
        assert.match(error.message, /its inherited socket was closed with its last port/);
        return true;
      });
      await table.close();
    };
    await play(['tcp:8007'], scenario, change);
  });
});

describe('a table that is wrong', () => {
  const table = (sockets: unknown, options?: unknown) => (): unknown =>
    Reflect.apply(inheritSockets, undefined, [new Reactor(new FakeBackend()), sockets, options]);

  for (const [sockets, options, error] of [
    [{ 'tcp:http': 3 }, {}, /^EndpointSyntaxError: endpoint 'tcp:http': port 'http'/],
    [{ 'tcp:8007': -1 }, {}, /^RangeError: the descriptor for 'tcp:8007' is -1/],
    [
      { 'tcp:8007': '3' },
      {},
      /^TypeError: the table has the string '3' for 'tcp:8007', neither a descriptor nor a list/,
    ],
    [{ 'tcp:0': [] }, {}, /^TypeError: the table has .* for 'tcp:0', neither a descriptor nor a list of them$/],
    [{ 'tcp:0': [3, -1] }, {}, /^RangeError: the descriptor for 'tcp:0' is -1/],
    [
      { 'tcp:8007': 3, 'tcp:port=8007': 4 },
      {},
      /^RangeError: the table has 'tcp:port=8007' twice: its place is tcp:8007/,
    ],
    [{ 'stdio:': 3 }, {}, /^RangeError: the table has 'stdio:', which is not a socket$/],
    [{ 'tcp:8007:interface=localhost': 3 }, {}, /^RangeError: the table has '.*', whose interface is a name/],
    [{}, { others: 'skip' }, /^TypeError: others is the string 'skip'/],
    ['tcp:8007', {}, /^TypeError: table is the string 'tcp:8007', not an object/],
    [null, {}, /^TypeError: table is null/],
  ] as const) {
    test(`R35 ${JSON.stringify(sockets)} ${JSON.stringify(options)}`, () => {
      assert.throws(table(sockets, options), error);
    });
  }

  test('R35 a reactor has one table', () => {
    const reactor = new Reactor(new FakeBackend());
    inheritSockets(reactor, { 'tcp:8007': 3 });
    assert.throws(() => inheritSockets(reactor, {}), /^Error: this reactor has a table of inherited sockets already$/);
  });
});
