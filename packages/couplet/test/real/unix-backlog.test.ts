import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Connector, Protocol } from 'couplet';
import { ClientFactory, reactor, Protocol as Silent, TimeoutError, UserAbortError } from 'couplet';
import { runtime } from 'couplet-test/runtime';

const folder = mkdtempSync(join(tmpdir(), 'couplet-backlog-'));
after(() => rmSync(folder, { recursive: true }));

/** More than the backlog of the listener holds: Bun always takes 512. */
const CROWD = runtime === 'bun' ? 600 : 8;

/** Listens with a backlog of 1, and is busy until it is told that it may go on: it accepts nothing. */
const BUSY = `
  const { createServer } = require('node:net');
  const { parentPort, workerData: { path, free } } = require('node:worker_threads');
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  server.listen({ path, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    Atomics.wait(free, 0, 0, 20_000);
  });
`;

describe('R20 a listener whose backlog is full', { timeout: 30_000 }, () => {
  let free: Int32Array;
  let server: Worker;
  let path: string;

  beforeEach(async () => {
    path = join(mkdtempSync(join(folder, 'x')), 's');
    free = new Int32Array(new SharedArrayBuffer(4));
    server = new Worker(BUSY, { eval: true, workerData: { path, free } });
    await once(server, 'message');
  });
  afterEach(async () => {
    relieve();
    await server.terminate();
  });

  function relieve(): void {
    Atomics.store(free, 0, 1);
    Atomics.notify(free, 0);
  }

  /** Connects more clients than the backlog holds, and waits until some are turned away. */
  async function crowd(timeoutMs: number, signal?: AbortSignal): Promise<Connector<Protocol>[]> {
    const options = { timeoutMs, ...(signal !== undefined && { signal }) };
    const clients = Array.from({ length: CROWD }, () =>
      reactor.connectUNIX(path, ClientFactory.forProtocol(Silent), options),
    );
    for (const client of clients) client.whenConnected().catch(() => {});
    await delay(200);
    return clients;
  }

  /** How each attempt ended. */
  function ends(clients: readonly Connector<Protocol>[]): Promise<unknown[]> {
    return Promise.all(
      clients.map(async (client) => {
        try {
          const { transport } = await client.whenConnected();
          transport.abortConnection();
          return 'connected';
        } catch (error) {
          return error;
        }
      }),
    );
  }

  test('R20 each client waits for its turn', async () => {
    const clients = await crowd(10_000);
    assert.ok(
      clients.some(({ state }) => state === 'connecting'),
      'the backlog holds them all',
    );
    relieve();
    assert.deepEqual(new Set(await ends(clients)), new Set(['connected']));
  });

  test('R20 until its time is up', async () => {
    const clients = await crowd(400);
    const late = (await ends(clients)).filter((end) => end !== 'connected');
    assert.ok(late.length > 0, 'the backlog holds them all');
    for (const error of late) assert.ok(error instanceof TimeoutError, String(error));
  });

  test('R20 until it is cancelled', async () => {
    const controller = new AbortController();
    const clients = await crowd(10_000, controller.signal);
    controller.abort();
    const cancelled = (await ends(clients)).filter((end) => end !== 'connected');
    assert.ok(cancelled.length > 0, 'the backlog holds them all');
    for (const error of cancelled) assert.ok(error instanceof UserAbortError, String(error));
  });
});
