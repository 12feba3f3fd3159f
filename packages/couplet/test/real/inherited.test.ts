import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, NetConnectOpts, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Child } from './child.ts';
import { descriptorOf } from './descriptor.ts';

const TIMEOUT = { timeout: 30_000 };
const ROUNDS = 20;
const folder = mkdtempSync(join(tmpdir(), 'couplet-inherited-'));
const path = join(folder, 'echo.sock');

/** Resolves to what a client hears until the server leaves, or to why it hears nothing. */
function ask(where: NetConnectOpts): Promise<string> {
  return hear(connect(where));
}

async function hear(socket: Socket): Promise<string> {
  socket.setEncoding('utf8');
  let heard = '';
  socket.on('data', (text) => {
    heard += text;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    heard = error.code ?? error.message;
  });
  await once(socket, 'close').catch(() => {});
  return heard;
}

describe('sockets that a process inherits for their places', TIMEOUT, () => {
  const children: Child[] = [];

  after(() => {
    for (const child of children) if (child.alive) child.signal('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** That many children that have the socket, which no other process has. */
  async function startFamily(
    kind: 'tcp' | 'unix',
    rounds: number,
    count: number,
  ): Promise<{ family: Child[]; where: NetConnectOpts }> {
    const server = createServer();
    if (kind === 'tcp') server.listen(0, '127.0.0.1');
    else server.listen(`${path}~`);
    await once(server, 'listening');
    const port = kind === 'tcp' ? (server.address() as AddressInfo).port : 0;
    const place = kind === 'tcp' ? `tcp:${port}:interface=127.0.0.1` : `unix:${path}`;
    if (kind === 'unix') {
      // The runtime removes the name that it bound.
      rmSync(path, { force: true });
      linkSync(`${path}~`, path);
    }
    const args = [JSON.stringify({ [place]: 3 }), place, String(rounds)];
    const family = Array.from({ length: count }, () => new Child('inherited', args, [], [descriptorOf(server)]));
    children.push(...family);
    server.close();
    return { family, where: kind === 'tcp' ? { port, host: '127.0.0.1' } : { path } };
  }

  /** A child that alone has the socket. */
  async function start(kind: 'tcp' | 'unix', rounds: number): Promise<{ child: Child; where: NetConnectOpts }> {
    const { family, where } = await startFamily(kind, rounds, 1);
    const [child] = family;
    assert.ok(child !== undefined);
    return { child, where };
  }

  test('R35 a process that keeps a socket without a port takes no client from those that share it', async () => {
    const { family, where } = await startFamily('tcp', 0, 2);
    for (const child of family) {
      await child.line(0);
      child.signal('SIGUSR2');
      await child.line(1);
    }
    const [one, other] = family;
    one?.signal('SIGUSR1');
    await one?.line(2);
    const heard = await Promise.all(Array.from({ length: 200 }, () => ask(where)));
    assert.deepEqual(new Set(heard), new Set(['the last port']));
    // Both have it until both are gone.
    for (const child of [other, one]) {
      child?.signal('SIGTERM');
      assert.deepEqual(await child?.ended, { code: 0, signal: null });
    }
  });

  for (const [kind, rule] of [
    ['tcp', 'R35'],
    ['unix', 'R36'],
  ] as const) {
    test(`${rule} ${ROUNDS} ports in turn serve everyone who comes by ${kind}, meanwhile too, and unlink nothing`, async () => {
      const { child, where } = await start(kind, ROUNDS);
      const host = await child.line(0);
      if (kind === 'unix') assert.equal(host, `UNIXAddress('${path}')`);
      const heard: string[] = [];
      let over = false;
      const client = async (): Promise<void> => {
        while (!over) heard.push(await ask(where));
      };
      const clients = Array.from({ length: 10 }, client);
      await child.line(1);
      // No port listens now: all clients wait.
      const waiting = ask(where);
      child.signal('SIGUSR2');
      assert.equal(await waiting, 'the last port');
      over = true;
      await Promise.all(clients);
      const words = new Set(heard);
      assert.ok(heard.length >= ROUNDS, `${heard.length} clients`);
      assert.deepEqual(
        [...words].filter((word) => !word.startsWith('port ')),
        ['the last port'],
      );
      assert.equal(words.size, ROUNDS + 1);

      child.signal('SIGHUP');
      await child.line(3);
      assert.equal(await ask(where), 'ECONNREFUSED');
      child.signal('SIGTERM');
      assert.deepEqual([await child.ended, child.errors], [{ code: 0, signal: null }, '']);
      if (kind === 'unix') assert.equal(existsSync(path), true);
    });

    test(`R25 a process that keeps a ${kind} socket, on which no port listens, ends by itself`, async () => {
      const { child, where } = await start(kind, 1);
      assert.equal(await Promise.all([child.line(0), ask(where)]).then(([, word]) => word), 'port 0');
      await child.line(1);
      child.signal('SIGUSR2');
      await child.line(2);
      child.signal('SIGUSR1');
      assert.equal(await child.line(3), 'stopped');
      const socket = connect(where);
      const left = hear(socket);
      // The kernel has it: the backlog, since nothing accepts.
      await once(socket, 'connect');
      child.signal('SIGTERM');
      assert.deepEqual([await child.ended, child.errors], [{ code: 0, signal: null }, '']);
      // Who waited sees the end of the socket, not of a conversation.
      assert.match(await left, /^(?:ECONNRESET)?$/);
    });
  }
});
