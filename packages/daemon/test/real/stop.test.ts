import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Client, type Outcome } from './client.ts';
import type { Daemon } from './daemon.ts';
import { ALLOWANCE, FULL } from './size.ts';
import { Stage } from './stage.ts';

/** How many connections are busy when it is stopped, and how often that is done. */
const BUSY = FULL ? 500 : 100;
const STOPS = FULL ? 10 : 1;
/** Within which time a second signal ends all, in milliseconds; other tests may run beside this one. */
const SOON_MS = FULL ? 200 : 1000;
const PIECES = 20;
const DRAIN_S = 3;

/** Clients in the midst of a reply of so many pieces, 30 ms apart. */
async function busy(port: number, pieces = PIECES, everyMs = 30): Promise<readonly Client[]> {
  const clients = Array.from({ length: BUSY }, () => new Client(port, `reply ${pieces} ${everyMs}`, 1000 * pieces));
  await Promise.all(clients.map((client) => client.answered()));
  return clients;
}

async function outcomesOf(clients: readonly Client[]): Promise<readonly Outcome[]> {
  return [...new Set(await Promise.all(clients.map(({ closed }) => closed)))];
}

async function endOf(daemon: Daemon): Promise<{ status: number | string; errors: string; ms: number }> {
  const from = performance.now();
  return { ...(await daemon.ended), ms: performance.now() - from };
}

describe('a stop', { timeout: FULL ? 300_000 : 240_000 }, () => {
  for (let run = 1; run <= STOPS; run += 1)
    test(`R-D7 by SIGTERM under ${BUSY} busy: every reply is whole, and what was cut is told, run ${run}`, async (t) => {
      const daemon = new Stage(t).run(['--workers', '2', '--drain-timeout', `${DRAIN_S}`]);
      const port = await daemon.ready();
      const idlers = Array.from({ length: 5 }, () => new Client(port));
      await Promise.all(idlers.map((idler) => idler.connected()));
      const clients = await busy(port);
      daemon.signal('SIGTERM');
      const ended = endOf(daemon);
      assert.deepEqual(await outcomesOf(clients), ['whole']);
      for (const idler of idlers.slice(1)) idler.socket.end();
      const { status, errors, ms } = await ended;
      assert.deepEqual([status, errors], [0, '']);
      const { closed, aborted } = await daemon.event('drain.done');
      assert.deepEqual({ closed, aborted }, { closed: BUSY + 4, aborted: 1 });
      assert.ok(ms < 1000 * (DRAIN_S + ALLOWANCE), `it took ${ms} ms`);
      await daemon.event('daemon.ended', { status: 0 });
    });

  test('R-D7 a second SIGTERM ends all at once; a copy of the first does not', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2']);
    const clients = await busy(await daemon.ready(), 100, 1000);
    daemon.signal('SIGTERM');
    daemon.signal('SIGTERM');
    await daemon.event('drain.started');
    await pass(260);
    assert.equal(daemon.all('drain.done').length, 0);
    daemon.signal('SIGTERM');
    const { status, ms } = await endOf(daemon);
    t.diagnostic(`${ms.toFixed()} ms`);
    assert.equal(status, 0);
    assert.ok(ms < SOON_MS, `it took ${ms} ms`);
    assert.deepEqual(await outcomesOf(clients), ['reset']);
  });

  test('R-D7 two SIGINTs for the whole group, as from npm in a terminal, are one: it drains', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2'], { group: true });
    const clients = await busy(await daemon.ready());
    process.kill(-daemon.pid, 'SIGINT');
    await pass(50);
    process.kill(-daemon.pid, 'SIGINT');
    assert.deepEqual(await outcomesOf(clients), ['whole']);
    assert.equal((await daemon.ended).status, 0);
    const { closed, aborted } = await daemon.event('drain.done');
    assert.deepEqual({ closed, aborted }, { closed: BUSY, aborted: 0 });
    assert.equal(daemon.all('daemon.stopping').length, 1);
  });

  test('R-D7 a SIGTERM for the whole group, as some service managers send it, is one as well', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2'], { group: true });
    const clients = await busy(await daemon.ready());
    process.kill(-daemon.pid, 'SIGTERM');
    assert.deepEqual(await outcomesOf(clients), ['whole']);
    assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
    const { closed, aborted } = await daemon.event('drain.done');
    assert.deepEqual({ closed, aborted }, { closed: BUSY, aborted: 0 });
  });

  test('R-D8 refuses connections at once while it drains; R-D10 the idle end at once if they say so, or at the timeout', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2', '--drain-timeout', '1.5']);
    const [port, politePort] = [await daemon.ready(), await daemon.ready('polite')];
    const idle = new Client(port);
    const polite = new Client(politePort);
    assert.deepEqual(await Promise.all([idle.connected(), polite.connected()]), [true, true]);
    // A connection that no worker has taken would be reset.
    const [held, heldPolitely] = [new Client(port, 'hold'), new Client(politePort, 'hold')];
    await Promise.all([held.answered(), heldPolitely.answered()]);
    const from = performance.now();
    daemon.signal('SIGTERM');
    assert.equal(await polite.closed, 'whole');
    const politeMs = performance.now() - from;
    assert.ok(politeMs < 1000 * ALLOWANCE, `${politeMs} ms`);
    await daemon.event('closed', {}, 4);
    const asked = performance.now();
    assert.deepEqual(await Promise.all([new Client(port).closed, new Client(politePort).closed]), [
      'refused',
      'refused',
    ]);
    const refusedMs = performance.now() - asked;
    assert.ok(refusedMs < 500 * ALLOWANCE, `${refusedMs} ms`);
    await Promise.all([idle.closed, held.closed, heldPolitely.closed]);
    const cutMs = performance.now() - from;
    assert.ok(cutMs >= 1500 && cutMs < 2500 * ALLOWANCE, `${cutMs} ms`);
    assert.equal((await daemon.ended).status, 0);
    const { closed, aborted } = await daemon.event('drain.done');
    assert.deepEqual({ closed, aborted }, { closed: 1, aborted: 3 });
  });

  test('R-D9 with --drain-delay goes on accepting first, and is not ready', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2', '--drain-delay', '1', '--metrics', '0']);
    const port = await daemon.ready();
    const { metrics } = await daemon.event('daemon.ready');
    const readiness = async (): Promise<number> => (await fetch(`http://${metrics}/readyz`)).status;
    assert.equal(await readiness(), 200);
    const from = performance.now();
    daemon.signal('SIGTERM');
    await daemon.event('daemon.stopping');
    assert.equal(await readiness(), 503);
    assert.deepEqual(await outcomesOf(await busy(port, 2)), ['whole']);
    await daemon.event('drain.started');
    const delayedMs = performance.now() - from;
    assert.ok(delayedMs >= 990 && delayedMs < 1800 * ALLOWANCE, `${delayedMs} ms`);
    assert.equal((await daemon.ended).status, 0);
  });

  test('by `coupletd stop` waits for the end, and with --now cuts connections', async (t) => {
    const daemon = new Stage(t).run(['--workers', '1']);
    const client = new Client(await daemon.ready(), 'hold');
    await client.answered();
    const stopped = daemon.ask('stop');
    await daemon.event('drain.started');
    const { status, errors } = await daemon.ask('stop', '--now');
    assert.deepEqual([status, errors], [0, '']);
    assert.deepEqual([(await stopped).status, (await daemon.ended).status], [0, 0]);
    assert.equal(await client.closed, 'reset');
  });
});
