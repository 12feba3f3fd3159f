import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serving } from './stage.ts';

describe('a worker that ends', () => {
  for (const [how, cause, status, signal] of [
    ['is killed', 'killed', null, 'SIGKILL'],
    ['ends with 0', 'exit', 0, null],
    ['ends with 70', 'crash', 70, null],
  ] as const)
    test(`R-D12 one that ${how} is replaced at once, in its slot and generation`, async () => {
      const stage = await serving({ options: { workers: 2 } });
      const [first, second] = [stage.at(1), stage.at(2)];
      const at = stage.clock.now();
      first.exit(status, signal);
      await stage.pass(0);
      assert.notEqual(stage.at(1), first);
      assert.equal(stage.clock.now(), at);
      assert.equal(stage.at(1).generation, 1);
      assert.equal(stage.at(2), second);
      assert.deepEqual(stage.at(1).descriptors, first.descriptors);
      assert.deepEqual(stage.replaced, [cause]);
      await stage.stop();
    });

  test('R-D25 one that has crashed gets time to write its last lines, and is killed after it', async () => {
    const stage = await serving();
    const worker = stage.at(1);
    worker.report({ kind: 'failed', failure: { line: 'app.ts:9: boom', status: 70 } });
    await stage.pass(1999);
    assert.deepEqual(worker.signals, []);
    await stage.pass(1);
    assert.deepEqual(worker.signals, ['SIGKILL']);
    assert.deepEqual(stage.replaced, ['crash']);
    assert.equal((await stage.log.said('worker.ended')).reason, 'app.ts:9: boom');
    await stage.stop();
  });

  test('one that gets a SIGTERM drains, and is replaced meanwhile', async () => {
    const stage = await serving();
    const worker = stage.at(1);
    worker.report({ kind: 'leaving' });
    await stage.pass(15);
    assert.equal(worker.told('drain'), true);
    assert.equal(worker.alive, true);
    assert.equal(stage.supervisor.flaw, undefined);
    assert.deepEqual(stage.replaced, ['signal']);
    await stage.pass(1000);
    assert.equal(worker.alive, false);
    assert.equal(stage.children.living.length, 1);
    await stage.stop();
  });

  test('one that drains and ends before it has drained is not replaced twice', async () => {
    const stage = await serving();
    const worker = stage.at(1);
    worker.report({ kind: 'leaving' });
    worker.exit(null, 'SIGKILL');
    await stage.pass(1000);
    assert.equal(stage.children.all.length, 2);
    await stage.stop();
  });
});

describe('a worker that is silent', () => {
  test('R-D13 it gets SIGABRT after its time, SIGKILL 2 s later, and is replaced', async () => {
    const stage = await serving({ options: { workers: 2, workerTimeoutMs: 30_000 } });
    const worker = stage.at(1);
    await stage.pass(2000);
    worker.hang();
    await stage.pass(29_000);
    assert.deepEqual(worker.signals, []);
    await stage.pass(1000);
    assert.deepEqual(worker.signals, ['SIGABRT']);
    assert.equal(stage.supervisor.flaw, undefined, 'the other one serves');
    await stage.pass(2000);
    assert.deepEqual(worker.signals, ['SIGABRT', 'SIGKILL']);
    await stage.pass(100);
    assert.notEqual(stage.at(1), worker);
    assert.deepEqual(stage.replaced, ['hung']);
    await stage.stop();
  });

  test('R-D13 with a time of 0 it may be silent for ever', async () => {
    const stage = await serving({ options: { workerTimeoutMs: 0 } });
    stage.at(1).hang();
    await stage.pass(3_600_000);
    assert.deepEqual(stage.at(1).signals, []);
    assert.equal(stage.supervisor.well, true);
    await stage.stop();
  });

  test('R-D13 one that is silent while it drains is killed as well', async () => {
    const stage = await serving();
    const worker = stage.at(1);
    worker.report({ kind: 'leaving' });
    worker.hang();
    await stage.pass(60_000);
    assert.deepEqual(worker.signals, ['SIGABRT', 'SIGKILL']);
    assert.equal(stage.children.living.length, 1);
    await stage.stop();
  });
});

describe('a slot that crashes again and again', () => {
  test('R-D14 waits after 5 starts in 10 s, twice as long each time up to 30 s, with jitter', async () => {
    const stage = await serving();
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    await stage.pass(240_000);
    const waits = stage.log.lines
      .filter(({ event }) => event === 'worker.backoff')
      .map((line) => Number(Reflect.get(line, 'waitMs')));
    const bounds = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000];
    for (const [at, most] of bounds.entries()) {
      const wait = waits[at] ?? 0;
      assert.ok(wait >= 0.75 * most && wait <= most, `wait ${at} is ${wait} ms, not about ${most}`);
    }
    assert.ok(
      bounds.some((most, at) => waits[at] !== most),
      'there is no jitter',
    );
    await stage.stop();
  });

  test('R-D14 starts five times before it waits', async () => {
    const stage = await serving();
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    await stage.pass(700);
    assert.equal(stage.children.all.length, 5);
    await stage.stop();
  });

  test('R-D14 60 s of life make it forget', async () => {
    const stage = await serving();
    for (let crash = 0; crash < 5; crash += 1) {
      stage.at(1).exit(1);
      await stage.pass(20);
    }
    await stage.pass(1000);
    const worker = stage.at(1);
    assert.equal(stage.log.events.filter((event) => event === 'worker.backoff').length, 1);
    await stage.pass(60_000);
    worker.exit(1);
    await stage.pass(0);
    assert.notEqual(stage.at(1), worker);
    await stage.stop();
  });

  test('R-D14 after 5 s without a worker its sockets refuse, until the next start', async () => {
    const stage = await serving();
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    let refused = 0;
    let before = stage.children.all.length;
    for (let ms = 0; ms < 60_000; ms += 10) {
      await stage.pass(10);
      const refusing = stage.sockets.refusing.has('app');
      if (refusing) {
        refused += 1;
        assert.match(stage.supervisor.flaw ?? '', /no worker starts, connections are refused/);
        assert.equal(stage.children.living.length, 0, 'a worker lives while its sockets refuse');
      } else if (ms >= 5000 && ms < 7000 && stage.children.all.length === before) {
        assert.notEqual(stage.supervisor.flaw, undefined);
      }
      before = stage.children.all.length;
    }
    assert.ok(refused > 1000, `it has refused for ${refused * 10} ms`);
    stage.children.conduct = {};
    await stage.pass(30_100);
    assert.equal(stage.supervisor.flaw, undefined);
    assert.equal(stage.sockets.refusing.size, 0);
    await stage.stop();
  });

  test('R-D14 the 5 s begin anew once a worker was ready', async () => {
    const stage = await serving();
    stage.at(1).exit(1);
    await stage.pass(4900);
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    await stage.pass(300);
    assert.equal(stage.children.living.length, 0);
    assert.equal(stage.sockets.refusing.size, 0);
    await stage.stop();
  });

  test('R-D14 with --exit-on-crash-loop everything ends with 70', async () => {
    const stage = await serving({ options: { exitOnCrashLoop: true } });
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    await stage.pass(60_000);
    await stage.over();
    assert.equal(stage.status, 70);
  });

  test('R-D14 a reload replaces a group that waits and refuses', async () => {
    const stage = await serving();
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    while (!stage.sockets.refusing.has('app')) await stage.pass(100);
    stage.children.conduct = {};
    const result = stage.reload({ code: 'b' });
    await stage.pass(100);
    assert.equal((await result).kind, 'done');
    assert.equal(stage.sockets.refusing.size, 0);
    assert.equal(stage.supervisor.flaw, undefined);
    await stage.pass(60_000);
    assert.equal(stage.children.living.length, 1);
    await stage.stop();
  });

  test('a stop ends it while it waits', async () => {
    const stage = await serving();
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    while (!stage.sockets.refusing.has('app')) await stage.pass(100);
    stage.supervisor.leave();
    await stage.pass(0);
    await stage.over();
    assert.equal(stage.status, 0);
  });
});

describe('the watchdog', () => {
  test('R-D17 all is well during reloads, restarts, waits, silence that ends in a restart, and drains', async () => {
    const stage = await serving({ options: { workers: 2, workerTimeoutMs: 10_000, readyTimeoutMs: 60_000 } });
    const well = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 500) {
        await stage.pass(500);
        assert.equal(stage.supervisor.well, true, `at ${stage.clock.now()} ms it is not well`);
      }
    };
    stage.at(1).hang();
    await well(30_000);
    stage.children.conduct = { startMs: 50_000 };
    const reload = stage.reload({ code: 'b' });
    stage.at(2).exit(1);
    await well(110_000);
    assert.equal((await reload).kind, 'done');
    stage.children.conduct = { start: 'fails', startMs: 1 };
    stage.at(1).exit(1);
    stage.at(2).exit(1);
    await well(100_000);
    stage.children.conduct = { drainMs: Infinity };
    await well(60_000);
    stage.supervisor.leave();
    await well(60_000);
    await stage.over();
  });

  test('R-D17 all is not well once a worker hangs in the system, and cannot be killed', async () => {
    const stage = await serving({ options: { workerTimeoutMs: 10_000 } });
    stage.at(1).exit(1);
    stage.children.conduct = { immortal: true };
    await stage.pass(0);
    stage.at(1).exit(1);
    await stage.pass(2100);
    stage.at(1).hang();
    await stage.pass(14_800);
    assert.equal(stage.supervisor.well, true);
    await stage.pass(500);
    assert.equal(stage.supervisor.well, false);
    stage.at(1).exit(null, 'SIGKILL');
    await stage.pass(100);
    assert.equal(stage.supervisor.well, true);
    await stage.pass(1);
    stage.at(1).exit(0);
    stage.children.conduct = {};
    await stage.pass(1);
    await stage.stop();
  });
});

describe('a worker that is too large', () => {
  test('R-D36 is replaced once the next one is ready, one at a time', async () => {
    const stage = await serving({ options: { workers: 2, maxWorkerMemory: 100 } });
    const [first, second] = [stage.at(1), stage.at(2)];
    for (const worker of [first, second]) worker.residentBytes = 101;
    stage.children.conduct = { startMs: 3000 };
    await stage.pass(2000);
    assert.equal(stage.children.living.length, 3);
    assert.equal(first.told('drain'), false);
    await stage.pass(3100);
    assert.equal(first.alive, false);
    assert.equal(second.told('drain'), false);
    await stage.pass(8000);
    assert.equal(second.alive, false);
    assert.equal(stage.children.living.length, 2);
    assert.deepEqual(stage.replaced, ['memory', 'memory']);
    assert.equal(stage.supervisor.flaw, undefined);
    await stage.stop();
  });

  test('R-D36 stays if the next one does not start, and the attempts wait longer and longer', async () => {
    const stage = await serving({ options: { maxWorkerMemory: 100 } });
    const worker = stage.at(1);
    worker.residentBytes = 101;
    stage.children.conduct = { start: 'fails' };
    await stage.pass(300_000);
    assert.equal(stage.at(1), worker);
    assert.equal(stage.supervisor.flaw, undefined);
    const attempts = stage.children.all.length - 1;
    assert.ok(attempts >= 5 && attempts < 25, `${attempts} attempts in 5 minutes`);
    await stage.stop();
  });

  test('R-D36 the next one takes the slot also when the large one ends or leaves first', async () => {
    for (const leave of [true, false]) {
      const stage = await serving({ options: { maxWorkerMemory: 100 } });
      const worker = stage.at(1);
      worker.residentBytes = 101;
      stage.children.conduct = { startMs: 1000 };
      await stage.pass(2000);
      assert.equal(stage.children.living.length, 2);
      if (leave) worker.report({ kind: 'leaving' });
      else worker.exit(null, 'SIGKILL');
      await stage.pass(3000);
      assert.equal(stage.children.all.length, 2, 'a third one was started');
      assert.deepEqual(stage.pids, [stage.children.all[1]?.pid]);
      assert.deepEqual(stage.replaced, [leave ? 'signal' : 'killed']);
      await stage.stop();
    }
  });
});
