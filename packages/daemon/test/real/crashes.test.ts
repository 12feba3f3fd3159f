import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, Client } from './client.ts';
import { ALLOWANCE, LONG } from './size.ts';
import { Stage } from './stage.ts';
import { talk } from './talk.ts';

describe('a worker', { timeout: 240_000 }, () => {
  test('row 20 that throws in a callback loses this connection alone, which is logged once', async (t) => {
    const daemon = new Stage(t).run(['--workers', '1']);
    const port = await daemon.ready();
    const other = new Client(port, 'hold');
    await other.answered();
    assert.equal(await new Client(port, 'throw').closed, 'reset');
    const { message, where } = await daemon.event('error');
    assert.deepEqual([message, where], ['thrown on purpose', 'dataReceived']);
    assert.equal(other.socket.destroyed, false);
    assert.match(await ask(port, 'who'), /^\d+ one$/);
    assert.equal(daemon.all('error').length, 1);
    assert.equal(daemon.workers.length, 1);
    assert.equal(daemon.errors, '');
  });

  test('R-D25 with an error outside of callbacks ends with 70, with its stack in the log once, and is replaced', async (t) => {
    // What it does at its exit may take some time.
    const before = "process.on('exit', () => { for (const until = Date.now() + 300; Date.now() < until; ); });";
    const daemon = new Stage(t, talk({ before })).run(['--workers', '1']);
    const port = await daemon.ready();
    const from = performance.now();
    await new Client(port, 'crash').closed;
    const { worker, status, reason } = await daemon.event('worker.ended');
    assert.equal(status, 70);
    assert.match(`${reason}`, /app\.js:\d+: crashed on purpose$/);
    const crashes = daemon.lines.filter((line) => JSON.stringify(line).includes('at Immediate'));
    assert.deepEqual(
      crashes.map(({ event, pid, level }) => [event, pid, level]),
      [['worker.crashed', worker, 'fatal']],
    );
    await daemon.event('worker.ready', {}, 2);
    const ms = performance.now() - from;
    assert.ok(ms < 3000 * ALLOWANCE, `${ms} ms`);
    assert.match(await ask(port, 'who'), /^\d+ one$/);
    assert.equal(daemon.errors, '');
  });

  test('R-D25 that exits has written its last lines', async (t) => {
    const daemon = new Stage(t).run(['--workers', '1']);
    const port = await daemon.ready();
    const from = performance.now();
    await new Client(port, 'last 100').closed;
    const { worker, status } = await daemon.event('worker.ended');
    assert.equal(status, 3);
    assert.ok(performance.now() - from < 1500 * ALLOWANCE);
    const last = daemon.lines.filter(({ pid, event }) => pid === worker && event === 'last');
    assert.deepEqual(
      last.map(({ number }) => number),
      Array.from({ length: 100 }, (_, at) => at),
    );
  });

  test('R-D14 that ends again and again is started 5 times, waits, and its port refuses until the next one', async (t) => {
    const daemon = new Stage(t).run(['--workers', '1', '--metrics', '0']);
    const port = await daemon.ready();
    // Where each start takes long, more than 5 may not be often.
    for (let start = 2; daemon.all('worker.backoff').length === 0; start += 1) {
      await new Client(port, 'exit 1').closed;
      await Promise.race([daemon.event('worker.ready', {}, start), daemon.event('worker.backoff')]);
    }
    const crashed = daemon.all('worker.ready').length;
    const { waitMs } = await daemon.event('worker.backoff');
    assert.ok(Number(waitMs) >= 750 && Number(waitMs) <= 1000);
    const { metrics } = await daemon.event('daemon.ready');
    const response = await fetch(`http://${metrics}/readyz`);
    assert.deepEqual([response.status, await response.text()], [503, 'talk: no worker is ready\n']);
    await daemon.event('worker.ready', {}, crashed + 1);
    assert.equal((await fetch(`http://${metrics}/readyz`)).status, 200);
    assert.match(await ask(port, 'who'), /^\d+ one$/);
  });

  test('R-D14 with --exit-on-crash-loop the daemon ends with 70', { skip: LONG }, async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run(['--workers', '1', '--exit-on-crash-loop']);
    const port = await daemon.ready();
    // From now on none starts any more.
    stage.write('app.js', 'process.exit(3);\n');
    await new Client(port, 'exit 1').closed;
    assert.equal((await daemon.ended).status, 70);
    await daemon.event('refusing');
  });
});
