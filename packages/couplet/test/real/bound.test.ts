import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type BindPlace, type BoundSocket, bindSocket } from 'couplet/node';
import { runtime } from 'couplet-test/runtime';

const folder = mkdtempSync(join(tmpdir(), 'couplet-bound-'));
after(() => rmSync(folder, { recursive: true }));

/** Elsewhere the runtime accepts as soon as it has bound a socket, and `bindSocket` says so. */
const ONLY_NODE = { skip: runtime !== 'node' && 'it is about Node' };

const CHILD = `require('node:net').createServer((one) => one.end('hello')).listen({ fd: 4 }, () => process.send('up'))`;

async function bound(place: BindPlace): Promise<BoundSocket> {
  const socket = await bindSocket(place);
  if ('kind' in socket) throw new Error(socket.detail);
  return socket;
}

/** What a client of the socket sees: what it receives, or the code of the error. */
function ask({ name }: BoundSocket): Promise<string> {
  return new Promise((resolve) => {
    const client = connect(
      'port' in name ? { host: name.host, port: name.port } : { path: 'path' in name ? name.path : '' },
    );
    let text = '';
    client.on('data', (data) => {
      text += data;
    });
    client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    client.on('close', () => resolve(text));
  });
}

async function listener({ fd }: BoundSocket): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', CHILD], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', fd] });
  await once(child, 'message');
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const ANY_PORT: BindPlace = { kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 100 };

describe('a socket that is bound for other processes', () => {
  test(
    'on TCP: it refuses until one listens, is theirs alone then, and resets if it is to refuse',
    ONLY_NODE,
    async () => {
      const socket = await bound(ANY_PORT);
      assert.equal(await ask(socket), 'ECONNREFUSED');
      assert.equal(socket.refuse(), undefined);
      assert.equal(await ask(socket), 'ECONNRESET');
      socket.suspend();
      const child = await listener(socket);
      // This process would reset about every other one.
      for (let count = 0; count < 20; count += 1) assert.equal(await ask(socket), 'hello');
      await killed(child);
      const waiting = ask(socket);
      assert.equal(socket.refuse(), undefined);
      assert.equal(await waiting, 'ECONNRESET');
      await Promise.all([socket.close(), socket.close()]);
      assert.equal(await ask(socket), 'ECONNREFUSED');
    },
  );

  test(
    'on UNIX: clients wait until one listens, and the file has its mode and goes with the socket',
    ONLY_NODE,
    async () => {
      const path = join(folder, 'one.sock');
      const socket = await bound({ kind: 'unix', path, mode: 0o640, backlog: 100 });
      assert.equal(statSync(path).mode & 0o777, 0o640);
      const early = ask(socket);
      const child = await listener(socket);
      assert.equal(await early, 'hello');
      for (let count = 0; count < 20; count += 1) assert.equal(await ask(socket), 'hello');
      await killed(child);
      assert.equal(socket.refuse(), undefined);
      assert.equal(await ask(socket), '');
      socket.suspend();
      const second = await listener(socket);
      assert.equal(await ask(socket), 'hello');
      await killed(second);
      await socket.close();
      assert.throws(() => statSync(path), { code: 'ENOENT' });
    },
  );

  test('what is in use is told at once', ONLY_NODE, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const taken = await bindSocket({ ...ANY_PORT, port: address.port });
    assert.ok('kind' in taken);
    assert.deepEqual([taken.kind, taken.code], ['bind', 'EADDRINUSE']);
    server.close();

    const path = join(folder, 'two.sock');
    const socket = await bound({ kind: 'unix', path, mode: 0o600, backlog: 1 });
    const second = await bindSocket({ kind: 'unix', path, mode: 0o600, backlog: 1 });
    assert.ok('kind' in second);
    assert.equal(second.code, 'EADDRINUSE');
    await socket.close();
  });

  test('one that was bound elsewhere is taken by its descriptor', ONLY_NODE, async () => {
    const first = await bound(ANY_PORT);
    const second = await bound({ kind: 'fd', fd: first.fd, backlog: 10 });
    assert.deepEqual(second.name, first.name);
    assert.equal(second.refuse(), undefined);
    assert.equal(await ask(second), 'ECONNRESET');
    await second.close();
    const none = await bindSocket({ kind: 'fd', fd: 9999, backlog: 10 });
    assert.ok('kind' in none);
    assert.equal(none.code, 'EBADF');
  });

  test('two share an address only if both say so, where the runtime can', ONLY_NODE, async () => {
    const first = await bindSocket({ ...ANY_PORT, reusePort: true });
    if ('kind' in first) return assert.equal(first.code, 'ENOTSUP');
    assert.ok('port' in first.name);
    const { port } = first.name;
    const second = await bound({ ...ANY_PORT, port, reusePort: true });
    // Until one listens, bind(2) lets others in.
    assert.equal(first.refuse(), undefined);
    const third = await bindSocket({ ...ANY_PORT, port });
    assert.ok('kind' in third);
    assert.equal(third.code, 'EADDRINUSE');
    await first.close();
    await second.close();
  });
});
