import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Address, ReactorTransport } from 'couplet';
import {
  ConversationFactory,
  connect,
  listen,
  open,
  Protocol,
  Reactor,
  ReactorStopped,
  TimeoutError,
  UserAbortError,
} from 'couplet';
import { Echo } from 'couplet/protocols';
import type { Host, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { FakeBackend } from '../fake-backend.ts';
import { backendHere } from '../here.ts';
import { call } from '../misuse/calling.ts';

/** Collects what it hears, and closes at the end of its peer. */
class Data extends Protocol<unknown> {
  heard = '';
  made = 0;
  readonly lost: Promise<string>;
  #lose: (heard: string) => void = () => {};
  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }
  override connectionMade(): void {
    this.made += 1;
  }
  override dataReceived(data: Buffer): void {
    this.heard += data;
  }
  override connectionLost(): void {
    this.#lose(this.heard);
  }
}

/** Says hello, and closes. */
class Hello extends Protocol<unknown> {
  readonly lost: Promise<Error>;
  #lose: (reason: Error) => void = () => {};
  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }
  override connectionMade(): void {
    this.transport.write('hello');
    this.transport.loseConnection();
  }
  override connectionLost(reason: Error): void {
    this.#lose(reason);
  }
}

interface Scene {
  readonly world: World;
  readonly server: Host;
  readonly client: Host;
  readonly stranger: Host;
}

async function play(scene: (scene: Scene) => Promise<void>): Promise<void> {
  await simulate({ seeds: 2, profile: 'calm' }, async (world) => {
    const [server, client, stranger] = [world.host('server'), world.host('client'), world.host('stranger')];
    await scene({ world, server, client, stranger });
  });
}

describe('acceptOne', () => {
  test('R62 a port takes one connection, after whose connectionMade the promise resolves, and closes', async () => {
    await play(async ({ server, client }) => {
      await server.run(async (reactor) => {
        const data = new Data();
        const { port, connection } = await reactor.acceptOne(data);
        await connect(`tcp:server:${port}`, new Hello(), { reactor: client.reactor });
        assert.equal(await connection, data);
        assert.equal(data.made, 1);
        assert.equal(await data.lost, 'hello');
        await assert.rejects(connect(`tcp:server:${port}`, new Hello(), { reactor: client.reactor }));
        assert.deepEqual([...reactor.inspect().ports()], []);
        assert.deepEqual([...reactor.inspect().timers()], []);
      });
    });
  });

  test('R62 a protocol opens such a port by the reactor of its transport', async () => {
    class Control extends Protocol<unknown> {
      declare transport: ReactorTransport;
      readonly data = new Data();
      override async dataReceived(): Promise<void> {
        const { port } = await this.transport.reactor.acceptOne(this.data);
        this.transport.write(`${port}`);
      }
    }
    await play(async ({ server, client }) => {
      let control: Control | undefined;
      await listen('tcp:21', () => (control = new Control()), { reactor: server.reactor });
      const asking = await open('tcp:server:21', { reactor: client.reactor });
      await asking.write('PASV');
      const port = await asking.readExactly(5);
      await connect(`tcp:server:${port}`, new Hello(), { reactor: client.reactor });
      assert.equal(await control?.data.lost, 'hello');
      asking.close();
    });
  });

  test('R62 a stranger is refused, and the port goes on waiting', async () => {
    await play(async ({ server, client, stranger }) => {
      await server.run(async (reactor) => {
        const refused: string[] = [];
        reactor.observe({ connectionRefused: (_peer, reason) => void refused.push(reason.code) });
        const data = new Data();
        const { port, connection } = await reactor.acceptOne(data, { from: '10.0.0.2' });
        const early = await connect(`tcp:server:${port}`, new Data(), { reactor: stranger.reactor });
        assert.equal(await early.lost, '');
        assert.deepEqual(refused, ['COUPLET_NOT_ALLOWED']);
        await connect(`tcp:server:${port}`, new Hello(), { reactor: client.reactor });
        await connection;
        assert.equal(await data.lost, 'hello');
      });
    });
  });

  test('R62 when the time is up the port closes, and the promise rejects with a TimeoutError', async () => {
    await play(async ({ server, client }) => {
      await server.run(async (reactor) => {
        const begun = reactor.now();
        const { port, connection } = await reactor.acceptOne(new Data(), { timeoutMs: 500 });
        await assert.rejects(
          connection,
          (error) => error instanceof TimeoutError && /within 500 ms/.test(error.message),
        );
        assert.ok(reactor.now() - begun < 600);
        await assert.rejects(connect(`tcp:server:${port}`, new Data(), { reactor: client.reactor }));
      });
    });
  });

  test('R62 the end of the reactor closes the port, and the promise rejects with ReactorStopped', async () => {
    await play(async ({ server }) => {
      let waits: Promise<unknown> | undefined;
      await server.run(async (reactor) => {
        waits = (await reactor.acceptOne(new Data(), { timeoutMs: Number.POSITIVE_INFINITY })).connection;
        // Neither this one, which has a timer, nor its rejection is left behind.
        await reactor.acceptOne(new Data());
      });
      server.reactor.stop();
      await assert.rejects(async () => waits, ReactorStopped);
    });
  });

  test('R62 a signal ends the wait, before and after the port is open', async () => {
    await play(async ({ server }) => {
      await server.run(async (reactor) => {
        const controller = new AbortController();
        const { connection } = await reactor.acceptOne(new Data(), { signal: controller.signal });
        controller.abort();
        await assert.rejects(connection, UserAbortError);
        await assert.rejects(reactor.acceptOne(new Data(), { signal: controller.signal }), UserAbortError);
      });
    });
  });

  test('R62 on a socket: an interface, and a peer that an IPv6 socket shows as one of IPv6', async () => {
    const reactor = new Reactor(backendHere());
    for (const options of [
      { interface: '127.0.0.1', from: '127.0.0.1' },
      { interface: '::', from: '127.0.0.0/8' },
    ]) {
      const data = new Data();
      const { port, connection } = await reactor.acceptOne(data, options);
      const hello = await connect(`tcp:127.0.0.1:${port}`, new Hello(), { reactor });
      assert.equal(await connection, data);
      assert.equal(await data.lost, 'hello');
      await hello.lost;
    }
  });

  test('R62 what is wrong is said', async () => {
    const reactor = new Reactor(new FakeBackend());
    for (const [protocol, options, name, message] of [
      [Echo, {}, 'TypeError', /^protocol is the class Echo/],
      [new Data(), { from: 'example.org' }, 'RangeError', /^'example.org' is not a network/],
      [new Data(), { from: 7 }, 'TypeError', /^from is the number 7/],
      [new Data(), { timeoutMs: -1 }, 'RangeError', /^timeoutMs is -1/],
      [new Data(), { signal: 7 }, 'TypeError', /^signal is the number 7, not an AbortSignal/],
      [new Data(), 7, 'TypeError', /^options is the number 7/],
    ] as const)
      await assert.rejects(async () => call(reactor.acceptOne, reactor, protocol, options), { name, message });
  });
});

describe('ConversationFactory', () => {
  test('R62 a subclass may refuse an address', async () => {
    await play(async ({ server, client, stranger }) => {
      class Guarded extends ConversationFactory {
        override buildProtocol(address: Address): Protocol | null {
          return 'host' in address && address.host === '10.0.0.2' ? super.buildProtocol(address) : null;
        }
      }
      await server.run(async (reactor) => {
        await reactor.listenTCP(8007, new Guarded((connection) => void connection.write('hello')));
      });
      const heard = async (host: Host): Promise<string> =>
        (await connect('tcp:server:8007', new Data(), { reactor: host.reactor })).lost;
      assert.deepEqual([await heard(client), await heard(stranger)], ['hello', '']);
    });
  });
});
