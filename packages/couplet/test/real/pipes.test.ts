import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import type { Factory } from 'couplet';
import { Reactor } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { portForward, SocksFactory } from 'couplet/protocols';
import type { Backend, Sink, Streams, Wire } from 'couplet/testing';
import { runtime } from 'couplet-test/runtime';
import { backendHere } from '../here.ts';

const LOCAL = { interface: '127.0.0.1' };
const TIMEOUT = { timeout: 30_000 };
/** The high-water mark and one chunk that the runtime reads: Bun's may have 512 KiB. */
const MOST_HELD = (64 + (runtime === 'bun' ? 512 : 64)) * 1024;

const HERE = backendHere();

/** A backend that knows how many bytes were read and not yet handed on to the other side, at most. */
class CountingBackend {
  #held = 0;
  most = 0;

  readonly backend: Backend = { ...HERE, streams: this.#counting(HERE.streams) };

  #counting({ listen, connect: connectTo, tlsContext }: Streams): Streams {
    return {
      listen: (place, sink) =>
        listen(place, { ...sink, onAccepted: (wire) => this.#counted(wire, sink.onAccepted(wire)) }),
      connect: (place, attempt) =>
        connectTo(place, {
          onReady: (wire) => this.#counted(wire, attempt.onReady(wire)),
          onFailed: (cause) => attempt.onFailed(cause),
        }),
      tlsContext,
    };
  }

  #counted(wire: Wire, sink: Sink | null): Sink | null {
    if (sink === null) return null;
    const write = wire.write.bind(wire);
    wire.write = (chunk) => {
      this.#held -= chunk.length;
      return write(chunk);
    };
    return {
      onData: (chunk) => {
        this.#held += chunk.length;
        this.most = Math.max(this.most, this.#held);
        sink.onData(chunk);
      },
      onEof: () => sink.onEof(),
      onWritable: () => sink.onWritable(),
      onWriteFailed: (cause) => sink.onWriteFailed(cause),
      onSecured: (tls) => sink.onSecured(tls),
      onClosed: (cause) => sink.onClosed(cause),
    };
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A server that hands each connection to the test. */
async function serverOf(t: TestContext, greet: (socket: Socket) => void, host = '127.0.0.1'): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    greet(socket);
  });
  t.after(() => server.close());
  server.listen(0, host);
  await once(server, 'listening');
  return server;
}

/** A client that keeps its side open. */
async function clientOf(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

/** Everything that comes until the other side ends. */
async function restOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).resume();
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

/** How the socket ended. */
async function fateOf(socket: Socket): Promise<string> {
  let fate = 'closed';
  socket.on('error', (error: NodeJS.ErrnoException) => {
    fate = error.code ?? error.message;
  });
  socket.resume();
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return fate;
}

/** Serves a factory until the test ends, and gives the port. */
async function serving(t: TestContext, of: (reactor: Reactor) => Factory, backend = HERE): Promise<number> {
  const reactor = new Reactor(backend);
  const running = reactor.run({ signals: false });
  t.after(async () => {
    reactor.stop();
    await running;
  });
  const host = (await reactor.listenTCP(0, of(reactor), LOCAL)).getHost();
  assert.ok(host.family === 'IPv4');
  return host.port;
}

/** Forwards to a port, and gives the one to connect to. */
function forwarding(t: TestContext, port: number, backend?: Backend): Promise<number> {
  return serving(t, (reactor) => portForward(clientFromString(reactor, `tcp:127.0.0.1:${port}`)), backend);
}

/** The two ends of a connection that is forwarded. */
async function piped(t: TestContext, backend?: Backend): Promise<{ client: Socket; server: Socket }> {
  let meet: (socket: Socket) => void = () => {};
  const met = new Promise<Socket>((resolve) => {
    meet = resolve;
  });
  const client = await clientOf(t, await forwarding(t, portOf(await serverOf(t, (socket) => meet(socket))), backend));
  return { client, server: await met };
}

describe('portForward', TIMEOUT, () => {
  for (const [first, second] of [
    ['client', 'server'],
    ['server', 'client'],
  ] as const) {
    test(`when the ${first} closes its side, the ${second} hears it behind all data, and answers`, async (t) => {
      const ends = await piped(t);
      const [one, other] = [ends[first], ends[second]];
      const [question, answer] = [randomBytes(3_000_000), randomBytes(3_000_000)];
      one.end(question);
      assert.ok((await restOf(other)).equals(question));
      other.end(answer);
      assert.ok((await restOf(one)).equals(answer));
      assert.deepEqual(await Promise.all([fateOf(one), fateOf(other)]), ['closed', 'closed']);
    });

    test(`R11 a ${second} that does not read stops the ${first}; little is held and nothing lost`, async (t) => {
      const counting = new CountingBackend();
      const ends = await piped(t, counting.backend);
      const [one, other] = [ends[first], ends[second]];
      const sent = randomBytes(32 * 2 ** 20);
      other.pause();
      one.end(sent);
      // The other direction does not wait for this one.
      other.write('meanwhile');
      assert.equal(String((await once(one, 'data'))[0]), 'meanwhile');
      assert.ok(one.writableLength > 0, 'the kernels hold everything');
      assert.ok((await restOf(other)).equals(sent));
      assert.ok(counting.most <= MOST_HELD, `${counting.most} bytes were held`);
    });

    test(`a ${first} that resets resets the ${second}`, async (t) => {
      const ends = await piped(t);
      ends[first].resetAndDestroy();
      assert.equal(await fateOf(ends[second]), 'ECONNRESET');
    });
  }

  test('a client is reset when nobody listens at the endpoint', async (t) => {
    const server = await serverOf(t, () => {});
    const port = portOf(server);
    server.close();
    assert.equal(await fateOf(await clientOf(t, await forwarding(t, port))), 'ECONNRESET');
  });

  test('50 clients at once get each their own bytes, both ways', async (t) => {
    const counting = new CountingBackend();
    const server = await serverOf(t, (socket) => socket.pipe(socket));
    const port = await forwarding(t, portOf(server), counting.backend);
    const same = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const client = await clientOf(t, port);
        const sent = randomBytes(100_000 + 17_000 * at);
        client.end(sent);
        return (await restOf(client)).equals(sent);
      }),
    );
    assert.deepEqual(new Set(same), new Set([true]));
    assert.ok(counting.most <= 2 * 50 * MOST_HELD);
  });
});

describe('SOCKS', TIMEOUT, () => {
  const HELLO = [5, 1, 0];
  const of = (port: number): number[] => [port >> 8, port & 0xff];

  /** What the proxy answers to that, and the client. */
  async function ask(t: TestContext, proxy: number, request: readonly number[], length: number) {
    const client = await clientOf(t, proxy);
    client.write(Buffer.from(request));
    let heard = Buffer.alloc(0);
    while (heard.length < length) heard = Buffer.concat([heard, (await once(client, 'data'))[0]]);
    return { client, heard };
  }

  test('version 5 connects to ::1 by address, and bytes go both ways', async (t) => {
    const server = await serverOf(t, (socket) => socket.pipe(socket), '::1');
    const port = portOf(server);
    const proxy = await serving(t, (reactor) => new SocksFactory(reactor, { allow: [{ host: '::1', port }] }));
    const loopback = [...new Array<number>(15).fill(0), 1];
    const { client, heard } = await ask(t, proxy, [...HELLO, 5, 1, 0, 4, ...loopback, ...of(port)], 24);
    assert.deepEqual([...heard.subarray(0, 22)], [5, 0, 5, 0, 0, 4, ...loopback]);
    const sent = randomBytes(1_000_000);
    client.end(sent);
    assert.ok((await restOf(client)).equals(sent));
  });

  test('version 4a connects to a name', async (t) => {
    const server = await serverOf(t, (socket) => socket.end('answer'));
    const port = portOf(server);
    const proxy = await serving(t, (reactor) => new SocksFactory(reactor, { allow: [{ host: 'localhost', port }] }));
    const client = await clientOf(t, proxy);
    client.write(Buffer.from([4, 1, ...of(port), 0, 0, 0, 1, 0, ...Buffer.from('localhost'), 0]));
    const heard = await restOf(client);
    assert.deepEqual([heard[0], heard[1], String(heard.subarray(8))], [0, 90, 'answer']);
    client.end();
  });

  test('version 5 says refused when nobody listens, and not allowed without trying', async (t) => {
    const server = await serverOf(t, () => {});
    const port = portOf(server);
    server.close();
    const proxy = await serving(
      t,
      (reactor) => new SocksFactory(reactor, { allow: [{ network: '127.0.0.0/8', port }] }),
    );
    for (const [asked, code] of [
      [port, 5],
      [port === 1 ? 2 : port - 1, 2],
    ] as const) {
      const { client, heard } = await ask(t, proxy, [...HELLO, 5, 1, 0, 1, 127, 0, 0, 1, ...of(asked)], 12);
      assert.deepEqual([...heard], [5, 0, 5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
      client.end();
      assert.equal(await fateOf(client), 'closed');
    }
  });
});
