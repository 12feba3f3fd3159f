import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runtime } from 'couplet-test/runtime';
import { Child } from '../real/child.ts';

const skip = runtime === 'deno' ? false : 'only on Deno';
const folder = mkdtempSync(join(tmpdir(), 'couplet-deno-'));
const children: Child[] = [];
after(() => {
  for (const child of children) if (child.alive) child.signal('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Asks a server of words for one. */
async function ask(socket: Socket, word: string): Promise<string> {
  const answer: Promise<unknown[]> = once(socket, 'data');
  socket.write(word);
  return String((await answer)[0]).trim();
}

describe('RT-5 without descriptors, Deno', { skip, timeout: 60_000 }, () => {
  for (const link of ['tcp', 'unix'] as const)
    test(`lets clients over ${link} wait, rests, and serves them within a second of getting descriptors back`, async () => {
      const path = join(folder, 'crowded.sock');
      const launcher = ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh'];
      const server = new Child('crowded', link === 'unix' ? [path] : [], launcher);
      children.push(server);
      const port = Number(await server.line(0));
      const served = new Set<Socket>();
      const closed = new Set<Socket>();
      const clients = Array.from({ length: 100 }, () => {
        const socket = link === 'unix' ? connect(path) : connect(port, '127.0.0.1');
        socket.on('connect', () => socket.write('verse'));
        socket.on('data', () => served.add(socket));
        socket.on('close', () => closed.add(socket));
        socket.on('error', () => {});
        return socket;
      });
      for (let before = -1; served.size === 0 || served.size > before; await delay(500)) before = served.size;
      assert.ok(served.size > 10 && served.size < 60, `${served.size} of 100 were served`);
      const [first, second, third] = served;
      assert.ok(first !== undefined && second !== undefined && third !== undefined);
      const before = Number(await ask(first, 'cpu'));
      await delay(1000);
      const share = (Number(await ask(first, 'cpu')) - before) / 1000;
      assert.ok(share < 0.3, `it used ${share} of a processor`);
      assert.equal(closed.size, 0);

      const crowd = served.size;
      second.destroy();
      third.destroy();
      const began = performance.now();
      while (served.size < crowd + 2) {
        assert.ok(performance.now() - began < 1000, `${served.size - crowd} clients were served within a second`);
        await delay(5);
      }
      for (const socket of clients) socket.destroy();
      server.signal('SIGTERM');
      assert.deepEqual(await server.ended, { code: 0, signal: null });
    });
});
