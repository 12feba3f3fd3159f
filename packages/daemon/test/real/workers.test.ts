import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { ask, Client, Crowd } from './client.ts';
import { ALLOWANCE } from './size.ts';
import { Stage } from './stage.ts';

/** Connections that are held, by the process that holds them: each of these has at least one. */
async function hold(port: number, workers: readonly number[]): Promise<ReadonlyMap<number, readonly Client[]>> {
  const held = new Map<number, Client[]>(workers.map((pid) => [pid, []]));
  while ([...held.values()].some((clients) => clients.length === 0)) {
    const client = new Client(port, 'stay');
    const pid = Number(await client.answered());
    held.set(pid, [...(held.get(pid) ?? []), client]);
  }
  return held;
}

describe('a worker', { timeout: 240_000 }, () => {
  test('R-D12 killed loses its own connections and no other, and is back within a second', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2', '--metrics', '0']);
    const port = await daemon.ready();
    const held = await hold(port, daemon.workers);
    const [killed = 0, other = 0] = daemon.workers;
    const from = performance.now();
    process.kill(killed, 'SIGKILL');
    for (const { closed } of held.get(killed) ?? []) assert.notEqual(await closed, 'refused');
    const { status, signal } = await daemon.event('worker.ended', { worker: killed });
    assert.deepEqual([status, signal], [null, 'SIGKILL']);
    await daemon.event('worker.ready', {}, 3);
    const ms = performance.now() - from;
    assert.ok(ms < 1500 * ALLOWANCE, `${ms} ms`);
    for (const { socket } of held.get(other) ?? []) assert.equal(socket.destroyed, false);
    // None waits where no one accepts.
    const crowd = new Crowd(port, 20, 1);
    await crowd.replies(200);
    const { whole, ...lost } = await crowd.stop();
    assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
    const { metrics } = await daemon.event('daemon.ready');
    const page = await (await fetch(`http://${metrics}/metrics`)).text();
    assert.match(page, /^couplet_worker_restarts_total\{cause="killed"\} 1$/m);
    assert.equal(whole >= 200, true);
  });

  test('R-D11 that gets SIGTERM drains, and what comes meanwhile is served by the other and by its successor', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2']);
    const port = await daemon.ready();
    const held = await hold(port, daemon.workers);
    const [left = 0] = daemon.workers;
    const crowd = new Crowd(port, 20);
    await crowd.replies(40);
    process.kill(left, 'SIGTERM');
    await daemon.event('worker.ready', {}, 3);
    await crowd.replies(100);
    const { whole, ...lost } = await crowd.stop();
    assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
    assert.ok(whole >= 140);
    // It stays until its connections have ended.
    assert.equal(daemon.workers.length, 3);
    assert.equal(daemon.workers.includes(left), true);
    for (const { socket } of held.get(left) ?? []) socket.end();
    const { status, closed, aborted } = await daemon.event('worker.ended', { worker: left });
    assert.deepEqual({ status, aborted }, { status: 0, aborted: 0 });
    assert.ok(Number(closed) >= (held.get(left) ?? []).length);
  });

  test('R-D13 stopped leaves the service to the others, and is killed and replaced after --worker-timeout', async (t) => {
    const daemon = new Stage(t).run(['--workers', '4', '--worker-timeout', '1.5']);
    const port = await daemon.ready();
    const [stopped = 0] = daemon.workers;
    // Nothing of it may be in the hands of the one that stops.
    const before = new Crowd(port, 20, 1);
    await before.replies(200);
    await before.stop();
    process.kill(stopped, 'SIGSTOP');
    const crowd = new Crowd(port, 20, 1);
    await crowd.replies(400);
    assert.equal(daemon.all('worker.hung').length, 0);
    const { whole, ...lost } = await crowd.stop();
    assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
    assert.ok(whole >= 400);
    const { lastHeartbeatMs } = await daemon.event('worker.hung', { worker: stopped });
    assert.ok(Number(lastHeartbeatMs) >= 1500);
    const { signal } = await daemon.event('worker.ended', { worker: stopped });
    // SIGABRT waits while a process is stopped.
    assert.equal(signal, 'SIGKILL');
    await daemon.event('worker.ready', {}, 5);
  });

  test('R-D13 in an endless loop gets SIGABRT, and is replaced', async (t) => {
    const daemon = new Stage(t).run(['--workers', '1', '--worker-timeout', '1.5']);
    const port = await daemon.ready();
    const client = new Client(port, 'spin');
    const { signal } = await daemon.event('worker.ended');
    assert.equal(signal, 'SIGABRT');
    await client.closed;
    await daemon.event('worker.ready', {}, 2);
    assert.match(await ask(port, 'who'), /^\d+ one$/);
  });

  test('R-D16 whose supervisor is killed stops accepting, drains and ends; a new one starts within a second', async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run(['--workers', '2']);
    const port = await daemon.ready();
    const busy = Array.from({ length: 20 }, () => new Client(port, 'reply 20 50', 20_000));
    await Promise.all(busy.map((client) => client.answered()));
    daemon.signal('SIGKILL');
    await daemon.event('closed', {}, 4);
    assert.equal(await new Client(port).closed, 'refused');
    const from = performance.now();
    const next = stage.run(['--workers', '2', '--set', `service.talk.listen=["tcp:${port}:interface=127.0.0.1"]`]);
    await next.event('daemon.ready');
    const ms = performance.now() - from;
    assert.ok(ms < 4000 * ALLOWANCE, `${ms} ms`);
    assert.match(await ask(port, 'who'), /^\d+ one$/);
    for (const { closed } of busy) assert.equal(await closed, 'whole');
    assert.equal((await daemon.ended).status, 'SIGKILL');
  });

  test('R-D36 that grows over --max-worker-memory is replaced, and none is lost', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2', '--max-worker-memory', '200M']);
    const port = await daemon.ready();
    const crowd = new Crowd(port, 10);
    const grown = Number(await ask(port, 'grow 200'));
    await daemon.event('worker.large', { worker: grown });
    await daemon.event('worker.ready', {}, 3);
    const { status, aborted } = await daemon.event('worker.ended', { worker: grown });
    assert.deepEqual({ status, aborted }, { status: 0, aborted: 0 });
    await crowd.replies(20);
    const { whole, ...lost } = await crowd.stop();
    assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
    assert.ok(whole > 20);
    const { status: asked, output } = await daemon.ask('status', '--json');
    const report = JSON.parse(output);
    assert.deepEqual([asked, report.version, report.ready, report.slots.length], [0, 1, true, 2]);
  });
});
