import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ClientFactory, ClientTLS, Factory, type ListeningPort, Protocol, Reactor, ServerTLS } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { runtime } from 'couplet-test/runtime';
import { backendHere, native } from '../here.ts';
import { Authority } from '../real/certificates.ts';
import { Child } from '../real/child.ts';

const withoutSs = spawnSync('ss', ['-V']).error === undefined ? false : 'there is no ss';
const onlyBun = runtime === 'bun' ? false : 'only on Bun';
const folder = mkdtempSync(join(tmpdir(), 'couplet-requirements-'));
const children: Child[] = [];
after(() => {
  for (const child of children) if (child.alive) child.signal('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A protocol that writes down what happens to it, and does what the test says. */
class Party extends Protocol {
  received = '';
  losses = 0;
  readonly lost: Promise<Error>;
  #told: (reason: Error) => void = () => {};

  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#told = resolve;
    });
  }

  override dataReceived(data: Buffer): void {
    this.received += data.toString();
  }

  override connectionLost(reason: Error): void {
    this.losses += 1;
    this.#told(reason);
  }
}

class Quiet extends Party {
  override connectionMade(): void {
    this.transport.pauseProducing();
  }
}

class Calling extends ClientFactory {
  override buildProtocol(): Party {
    return new Party();
  }
}

/** Runs something on a reactor of its own. */
async function onReactor(scene: (reactor: Reactor) => Promise<void>): Promise<void> {
  const reactor = new Reactor(backendHere());
  const running = reactor.run({ signals: false });
  try {
    await scene(reactor);
  } finally {
    reactor.stop();
    await running;
  }
}

function portOf(port: ListeningPort): number {
  const host = port.getHost();
  assert.ok('port' in host);
  return host.port;
}

/** Keeps the one protocol that it makes. */
class Serving extends Factory {
  readonly #party: Party;
  #connected = false;

  constructor(Server: typeof Party) {
    super();
    this.#party = new Server();
  }

  override buildProtocol(): Party {
    this.#connected = true;
    return this.#party;
  }

  async served(): Promise<Party> {
    while (!this.#connected) await delay(1);
    return this.#party;
  }
}

/** Two ends of Couplet over TLS. */
async function securePair(reactor: Reactor, Server: typeof Party): Promise<{ server: Party; client: Party }> {
  const factory = new Serving(Server);
  const authority = await Authority.create();
  const tls = new ServerTLS(await authority.certify(['127.0.0.1']));
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1', tls });
  const options = { tls: new ClientTLS({ ca: authority.ca }) };
  const client = await reactor.connectTCP('127.0.0.1', portOf(port), new Calling(), options).whenConnected();
  return { server: await factory.served(), client };
}

/** A new port for a factory, as `node:net` connects to it. */
async function placeFor(reactor: Reactor, link: 'tcp' | 'unix', factory: Factory): Promise<NetConnectOpts> {
  if (link === 'tcp') {
    const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    return { port: portOf(port), host: '127.0.0.1' };
  }
  const path = join(folder, `${crypto.randomUUID().slice(0, 8)}.sock`);
  await reactor.listenUNIX(path, factory);
  return { path };
}

/** A client of `node:net` that is connected to a new port for a factory. */
async function visitor(reactor: Reactor, link: 'tcp' | 'unix', factory: Factory): Promise<Socket> {
  const socket = connect(await placeFor(reactor, link, factory));
  await once(socket, 'connect');
  return socket;
}

/** Resolves to the reason of the loss; fails if there is none within a second. */
async function lostSoon(party: Party): Promise<Error> {
  const late = delay(1000).then(() => assert.fail('connectionLost does not come within a second'));
  return Promise.race([party.lost, late]);
}

describe('RT-4 an abort over TLS', () => {
  for (const [what, Server] of [
    ['with input that nobody has read', Quiet],
    ['of a peer that is read', Party],
  ] as const)
    test(`ends both sides within a second ${what}, and the process rests then`, () =>
      onReactor(async (reactor) => {
        const { server, client } = await securePair(reactor, Server);
        client.transport.write('verse '.repeat(50_000));
        await delay(20);
        server.transport.abortConnection();
        assert.equal((await lostSoon(server)).name, 'ConnectionAborted');
        assert.equal((await lostSoon(client)).name, 'ConnectionLost');
        const { user, system } = process.cpuUsage();
        await delay(500);
        const used = process.cpuUsage({ user, system });
        assert.ok((used.user + used.system) / 500_000 < 0.05, `${JSON.stringify(used)} in 500 ms`);
      }));
});

describe('R3 a peer that leaves over TLS while most is unsent', () => {
  test('is taken for one that reset the connection', () =>
    onReactor(async (reactor) => {
      const { server, client } = await securePair(reactor, Party);
      client.transport.pauseProducing();
      server.transport.write(Buffer.alloc(20_000_000));
      await delay(100);
      client.transport.abortConnection();
      const { name, cause } = await lostSoon(server);
      assert.equal(name, 'ConnectionLost');
      assert.ok(typeof cause === 'object' && cause !== null && 'kind' in cause);
      assert.equal(cause.kind, 'reset', JSON.stringify(cause));
    }));
});

// Deno and the kernel let them wait, and have tests of their own.
describe('RT-5 without descriptors', { skip: (runtime === 'deno' || native) && 'they wait there' }, () => {
  test('clients that are too many are closed, the server rests, and serves once descriptors come back', async () => {
    const server = new Child('crowded', [], ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh']);
    children.push(server);
    const port = Number(await server.line(0));
    const answered = new Set<Socket>();
    const closed = new Set<Socket>();
    const clients = Array.from({ length: 100 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => socket.write('verse'));
      socket.on('data', () => answered.add(socket));
      socket.on('close', () => closed.add(socket));
      socket.on('error', () => {});
      return socket;
    });
    while (answered.size + closed.size < clients.length) await delay(5);
    assert.ok(answered.size > 10 && answered.size < 60, `${answered.size} of 100 were served`);
    const [first] = answered;
    assert.ok(first !== undefined);
    const cpu = async (): Promise<number> => {
      const answer = new Promise<Buffer>((resolve) => first.once('data', resolve));
      first.write('cpu');
      return Number(await answer);
    };
    const before = await cpu();
    await delay(1000);
    const share = ((await cpu()) - before) / 1000;
    assert.ok(share < 0.3, `it used ${share} of a processor`);
    for (const socket of clients) socket.destroy();
    const began = performance.now();
    for (let heard = false; !heard; ) {
      assert.ok(performance.now() - began < 1000, 'after a second it does not accept');
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('verse');
      heard = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
      socket.destroy();
    }
    server.signal('SIGTERM');
    assert.deepEqual(await server.ended, { code: 0, signal: null });
  });
});

describe('RT-6 the backlog', { skip: withoutSs }, () => {
  const backlogOf = (port: number): number =>
    Number(
      execFileSync('ss', ['-ltnH', `sport = :${port}`], { encoding: 'utf8' })
        .trim()
        .split(/\s+/)[2],
    );

  test('is that which was asked for', () =>
    onReactor(async (reactor) => {
      for (const backlog of [7, 1024]) {
        const port = await reactor.listenTCP(0, Factory.forProtocol(Party), { interface: '127.0.0.1', backlog });
        assert.equal(backlogOf(portOf(port)), backlog);
      }
    }));

  test('without ffi is 512, which the observers are told once, and the ports work', { skip: onlyBun }, async () => {
    const server = new Child('without-ffi', []);
    children.push(server);
    await server.line(2);
    const told = server.lines.filter((line) => line.startsWith('accept: '));
    const [first = 0, second = 0] = server.lines.map(Number).filter((port) => port > 0);
    assert.deepEqual(told, ['accept: Error: the backlog stays 512: this runtime has no bun:ffi']);
    assert.deepEqual([backlogOf(first), backlogOf(second)], [512, 512]);
    for (const port of [first, second]) {
      const socket = connect(port, '127.0.0.1');
      const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
      socket.write('verse');
      assert.equal(String(await answer), 'verse');
      socket.destroy();
    }
    assert.equal(server.lines.length, 3);
    server.signal('SIGTERM');
    await server.ended;
  });
});

describe('RT-7 a peer that leaves while its connection is paused', () => {
  for (const [link, how] of [
    ['tcp', 'destroy'],
    ['tcp', 'resetAndDestroy'],
    ['unix', 'destroy'],
  ] as const)
    test(`by ${how} over ${link} is noticed when it is written to, once`, () =>
      onReactor(async (reactor) => {
        const factory = new Serving(Quiet);
        const peer = await visitor(reactor, link, factory);
        const server = await factory.served();
        peer[how]();
        await delay(20);
        const talk = setInterval(() => server.transport.write('anybody?'), 10);
        try {
          await lostSoon(server);
        } finally {
          clearInterval(talk);
        }
        await delay(50);
        assert.equal(server.losses, 1);
      }));
});

describe('RT-10 a refused client', () => {
  for (const link of ['tcp', 'unix'] as const)
    test(`gets its message 1,000 times of 1,000 over ${link}`, () =>
      onReactor(async (reactor) => {
        const seated = new Serving(Party);
        const factory = limitConnections(seated, { max: 1, message: 'full\n' });
        const place = await placeFor(reactor, link, factory);
        const first = connect(place);
        await once(first, 'connect');
        await seated.served();
        let heard = 0;
        const ask = (): Promise<void> =>
          new Promise((resolve) => {
            let text = '';
            const socket = connect(place);
            socket.on('data', (data) => {
              text += data;
            });
            socket.on('error', () => {});
            socket.on('close', () => {
              if (text === 'full\n') heard += 1;
              resolve();
            });
          });
        for (let count = 0; count < 1000; count += 50) await Promise.all(Array.from({ length: 50 }, ask));
        first.destroy();
        assert.equal(heard, 1000);
      }));
});
