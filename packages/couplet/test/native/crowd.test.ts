import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../real/child.ts';

/** What the server may open, and more clients than that. */
const DESCRIPTORS = 64;
const CROWD = 150;
const LAUNCHER = ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'];
/** For how long it is looked at, and how long an answer may take, in milliseconds. */
const SPAN = 500;
const PATIENCE = 5000;

const server = new Child('crowded', [], LAUNCHER);
const crowd: Socket[] = [];
after(() => {
  for (const socket of crowd) socket.destroy();
  if (server.alive) server.signal('SIGKILL');
});

/** Asks on a connection that is open. */
async function ask(socket: Socket, word: string): Promise<string> {
  socket.write(word);
  const [data] = await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE) });
  return String(data).trim();
}

test('R19 a server without descriptors rests, serves who is there, and accepts those who wait once it has some', async () => {
  const port = Number(await server.line(0));
  const join = (): Socket => connect({ host: '127.0.0.1', port }).on('error', () => {});
  const first = join();
  assert.equal(await ask(first, 'verse'), 'verse');
  for (let count = 0; count < CROWD; count += 1) crowd.push(join());
  await Promise.all(crowd.map((socket) => once(socket, 'connect')));
  // Some are accepted, and then there are no more.
  await delay(SPAN);
  const before = Number(await ask(first, 'idle'));
  const began = performance.now();
  await delay(SPAN);
  const share = (Number(await ask(first, 'idle')) - before) / (performance.now() - began);
  // How busy the machine is does not matter: who looks again and again never waits.
  assert.ok(share > 0.3, `it waited ${(100 * share).toFixed()}% of the time`);
  for (const socket of crowd) socket.destroy();
  const last = join();
  assert.equal(await ask(last, 'verse'), 'verse');
  for (const socket of [first, last]) socket.destroy();
  server.signal('SIGTERM');
  assert.deepEqual(await server.ended, { code: 0, signal: null });
});
