import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { type BuildFunction, Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { countByNet, greetByNet, sendByNet } from './bugs.ts';
import { Again, Count, Greet, Send } from './same.ts';

const reactor = new Reactor(new NodeBackend());

/** A server of node:net, and how many chunks it has had. */
async function byNet(serve: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    serve(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, sockets, close: () => server.close() };
}

async function byCouplet(build: BuildFunction) {
  const port = await reactor.listenTCP(0, build, { interface: '127.0.0.1' });
  return { port: port.getHost().port, close: () => port.stopListening() };
}

/** A client that does not read before it is told to. */
async function clientOf(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function heardBy(socket: Socket): Promise<string> {
  let heard = '';
  for await (const chunk of socket.setEncoding('utf8')) heard += chunk;
  return heard;
}

describe('five bugs of servers on node:net', () => {
  test('1: a chunk is taken for a line, and 2: a character is cut in two', async () => {
    const letters = Buffer.from('李白\n');
    const ask = async (port: number, firstSeen: (socket: Socket) => Promise<unknown>) => {
      const client = await clientOf(port);
      client.write(letters.subarray(0, 4)); // the first character, and a third of the second
      await firstSeen(client);
      client.end(letters.subarray(4));
      return heardBy(client);
    };
    const net = await byNet(greetByNet);
    // It answers at once, as it takes the first chunk for a line.
    const wrong = await ask(net.port, (client) => once(client, 'readable'));
    assert.equal(wrong, 'hello 李\ufffd\nhello \ufffd\ufffd\n');
    net.close();

    const couplet = await byCouplet(() => new Greet());
    const arrived = () =>
      new Promise<void>((resolve) => {
        const look = () => ([...reactor.inspect().connections()][0]?.bytesIn === 4 ? resolve() : setImmediate(look));
        look();
      });
    assert.equal(await ask(couplet.port, arrived), 'hello 李白\n');
    await couplet.close();
  });

  test('3: a reset ends the process', { timeout: 20_000 }, async () => {
    const program = `
      import { createServer, connect } from 'node:net';
      import { echoByNet } from './bugs.ts';
      const server = createServer(echoByNet).listen(0, '127.0.0.1', () => {
        const client = connect(server.address().port, '127.0.0.1');
        client.on('error', () => {}).write('verse');
        client.once('data', () => client.resetAndDestroy());
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      told += text;
    });
    assert.deepEqual(await once(child, 'close'), [1, null]);
    assert.match(told, /Unhandled 'error' event[\s\S]*ECONNRESET/);

    const lost = new Promise<Error>((resolve) => {
      const stop = reactor.observe({
        connectionLost: (_transport, reason) => {
          stop();
          resolve(reason);
        },
      });
    });
    const couplet = await byCouplet(() => new Again());
    const client = await clientOf(couplet.port);
    client.on('error', () => {}).write('verse');
    await once(client, 'data');
    client.resetAndDestroy();
    assert.equal((await lost).name, 'ConnectionLost');
    await couplet.close();
  });

  test('4: memory holds what a peer does not read', async () => {
    const net = await byNet(sendByNet);
    const client = await clientOf(net.port);
    const held = net.sockets[0]?.writableLength ?? 0;
    assert.ok(held > 15_000_000, `${held} bytes`);
    client.destroy();
    net.sockets[0]?.destroy();
    net.close();

    const couplet = await byCouplet(() => new Send());
    const slow = await clientOf(couplet.port);
    await once(slow, 'readable');
    const [view] = reactor.inspect().connections();
    assert.ok(view !== undefined && view.queued <= 2_000_000, `${view?.queued} bytes`);
    assert.equal((await heardBy(slow)).length, 20_000_000);
    slow.destroy();
    await couplet.close();
  });

  test('5: the answer to a client that has ended is lost', async () => {
    const look = async () => {
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      return '5 bytes\n';
    };
    const net = await byNet((socket) => {
      socket.on('error', () => {});
      countByNet(socket, look);
    });
    const client = await clientOf(net.port);
    client.end('verse');
    assert.equal(await heardBy(client), '');
    net.close();

    const couplet = await byCouplet(() => new Count(look));
    const other = await clientOf(couplet.port);
    other.end('verse');
    assert.equal(await heardBy(other), '5 bytes\n');
    await couplet.close();
  });
});
