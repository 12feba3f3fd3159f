import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Stage, serving } from './stage.ts';

describe('a stop', () => {
  test('R-D7 drains all workers with the time that is given, closes the sockets, and ends with 0', async () => {
    const stage = await serving({ options: { workers: 2, drainTimeoutMs: 25_000, stopTimeoutMs: 5000 } });
    stage.supervisor.leave();
    await stage.pass(1);
    assert.equal(stage.sockets.open.size, 0);
    for (const { orders } of stage.children.living)
      assert.deepEqual(orders.at(-1), { kind: 'drain', timeoutMs: 25_000, stopTimeoutMs: 5000 });
    await stage.pass(100);
    await stage.over();
    assert.equal(stage.status, 0);
  });

  test('R-D9 with a delay it serves on, restarts what ends, and is not ready', async () => {
    const stage = await serving({ options: { drainDelayMs: 2000 } });
    stage.supervisor.leave();
    stage.at(1).exit(1);
    await stage.pass(1999);
    assert.equal(stage.sockets.open.size, 1);
    assert.equal(stage.at(1).told('drain'), false);
    assert.equal(stage.supervisor.flaw, 'it is leaving');
    await stage.pass(100);
    await stage.over();
  });

  test('R-D7 a second one ends everything at once', async () => {
    for (const drainDelayMs of [0, 5000]) {
      const stage = await serving({ options: { workers: 2, drainDelayMs } });
      for (const worker of stage.children.living)
        Object.assign(worker, { conduct: { ...worker.conduct, drainMs: Infinity } });
      stage.supervisor.leave();
      await stage.pass(1000);
      assert.equal(stage.children.living.length, 2);
      stage.supervisor.abort();
      await stage.pass(200);
      await stage.over();
      assert.equal(stage.status, 0);
    }
  });

  test('R-D7 a worker that does not end within all its times is killed', async () => {
    const stage = await serving({ options: { drainTimeoutMs: 25_000, stopTimeoutMs: 5000, workerTimeoutMs: 0 } });
    const worker = stage.at(1);
    worker.hang();
    stage.supervisor.leave();
    await stage.pass(31_999);
    assert.deepEqual(worker.signals, []);
    await stage.pass(2001);
    assert.deepEqual(worker.signals, ['SIGABRT', 'SIGKILL']);
    await stage.over();
  });

  test('one that aborts gets 100 ms of a worker that hangs', async () => {
    const stage = await serving();
    stage.at(1).hang();
    stage.supervisor.abort();
    await stage.pass(99);
    assert.equal(stage.supervisor.state, 'ending');
    await stage.pass(1);
    await stage.over();
  });

  test('a draining generation gets no more time than it had', async () => {
    const stage = await serving({ options: { reloadDrainTimeoutMs: 10_000, drainTimeoutMs: 60_000 } });
    const old = stage.at(1);
    Object.assign(old, { conduct: { ...old.conduct, drainMs: Infinity } });
    const reload = stage.reload({ code: 'b' });
    await stage.pass(1000);
    assert.equal((await reload).kind, 'done');
    stage.supervisor.leave();
    await stage.pass(0);
    assert.deepEqual(old.orders.at(-1), { kind: 'drain', timeoutMs: 9010, stopTimeoutMs: 5000 });
    await stage.pass(9100);
    await stage.over();
  });
});

describe('a stop during the start', () => {
  test('R-D15 a first start that fails ends everything with its line and status', async () => {
    const stage = new Stage({ options: { workers: 4 } });
    stage.children.conduct = { start: 'fails' };
    const started = assert.rejects(stage.start(), {
      name: 'CommandError',
      message: 'app.ts:3: it is broken',
      status: 70,
    });
    await stage.pass(5000);
    await started;
    await stage.over();
    assert.equal(stage.status, 70);
    assert.equal(stage.children.all.length, 2, 'no more are started than two at a time');
  });

  test('it resolves, and everything ends', async () => {
    for (const how of ['leave', 'abort'] as const) {
      const stage = new Stage({ options: { workers: 4 } });
      const started = stage.start();
      await stage.pass(15);
      stage.supervisor[how]();
      await stage.pass(1000);
      await started;
      await stage.over();
      assert.equal(stage.status, 0);
    }
  });

  test('workers that are ready in the moment of the stop are followed by no others', async () => {
    const stage = new Stage({ options: { workers: 3 } });
    const started = stage.start();
    await stage.pass(5);
    for (const worker of stage.children.living) worker.report({ kind: 'ready' });
    stage.supervisor.abort();
    await stage.pass(1000);
    await started;
    await stage.over();
    assert.equal(stage.children.all.length, 2);
  });
});

describe('a stop during a reload', () => {
  for (const how of ['leave', 'abort'] as const)
    for (const [when, turns, ms] of [
      ['its sockets are bound', 30, 0],
      ['its first workers start', 1, 5],
      ['its last workers start', 1, 15],
    ] as const)
      test(`${how} while ${when}: nothing is left, and the reload is told`, async () => {
        const stage = await serving({ options: { workers: 2 } });
        stage.sockets.turns = turns;
        const reload = stage.reload({ code: 'b', services: { echo: ['tcp:7', 'tcp:9'] }, options: { workers: 4 } });
        const queued = stage.reload({ code: 'c' });
        for (let turn = 0; turn < 6; turn += 1) await null;
        if (ms > 0) await stage.pass(ms);
        stage.supervisor[how]();
        await stage.pass(60_000);
        const [first, second] = await Promise.all([reload, queued]);
        assert.equal(first.kind, 'failed');
        assert.equal(second.kind, 'failed');
        await stage.over();
        if (ms === 0) assert.equal(stage.children.all.length, 2, 'it has started workers though it was told to stop');
      });

  test('with a delay before the drain, what was to serve ends at once and what serves goes on', async () => {
    const stage = await serving({ options: { drainDelayMs: 5000 } });
    const old = stage.at(1);
    const reload = stage.reload({ code: 'b' });
    await stage.pass(5);
    stage.supervisor.leave();
    await stage.pass(1000);
    assert.deepEqual(await reload, { kind: 'failed', line: 'it is leaving', status: 1 });
    assert.deepEqual(stage.pids, [old.pid]);
    assert.equal(old.told('drain'), false);
    await stage.pass(10_000);
    await stage.over();
  });

  test('a reload that is asked for later is refused', async () => {
    const stage = await serving();
    stage.supervisor.leave();
    assert.deepEqual(await stage.reload({ code: 'b' }), { kind: 'failed', line: 'it is leaving', status: 1 });
    await stage.pass(1000);
    assert.deepEqual(await stage.reload({ code: 'b' }), { kind: 'failed', line: 'it is ended', status: 1 });
    await stage.over();
  });
});
