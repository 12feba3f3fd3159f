import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { flags, runtime } from 'couplet-test/runtime';
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

describe('what Deno does not permit', { skip, timeout: 60_000 }, () => {
  test('R16 is told as a failure that says what permits it, not thrown where it cannot be caught', () => {
    const program = join(import.meta.dirname, 'fixtures', `permitted${extname(import.meta.filename)}`);
    const words = [...flags.filter((flag) => flag !== '--allow-all'), '--allow-read', '--allow-env', program];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    // Deno may have words there about a workspace.
    assert.equal(status, 0, `${stderr}`);
    const refused = 'not permitted: run Deno with --allow-net';
    assert.deepEqual(`${stdout}`.trim().split('\n'), [
      `CannotListenError: cannot listen on 127.0.0.1:0: ${refused}=127.0.0.1:0`,
      `CannotListenError: cannot listen on [::1]:0: ${refused}=[::1]:0`,
      `CannotListenError: cannot listen on localhost:0: lookup ${refused}`,
      `DNSLookupError: localhost:9: lookup ${refused}`,
    ]);
  });
});
