import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reloaded } from '../../src/supervisor/supervisor.ts';
import { CommandError } from '../../src/values/exit-status.ts';
import type { Conduct } from './fake-children.ts';
import { type Disk, Stage, serving } from './stage.ts';

/** Reloads, and lets time pass until that has come to something. */
async function reloaded(stage: Stage, disk: Partial<Disk> | CommandError, force = false): Promise<Reloaded> {
  let result: Reloaded | undefined;
  void stage.reload(disk, force).then((one) => {
    result = one;
  });
  for (let seconds = 0; result === undefined && seconds < 60; seconds += 1) await stage.pass(1000);
  assert.ok(result !== undefined, 'the reload has come to nothing');
  return result;
}

describe('a reload that fails', () => {
  const failing: readonly [string, Conduct['start'], RegExp][] = [
    ['throws', 'fails', /^app\.ts:3: it is broken$/],
    ['ends with 0', 'exits', /^a worker ended with status 0 before it was ready$/],
    ['is never ready', 'never', /^the application is not ready within 30 s$/],
    ['cannot be spawned', 'cannot be spawned', /^cannot start a worker: spawn EAGAIN$/],
  ];
  for (const [what, start, line] of failing)
    test(`R-D3 new code that ${what} leaves the old one as it is, and says why`, async () => {
      const stage = await serving({ options: { workers: 2 } });
      const before = stage.pids;
      stage.children.conduct = { start };
      const result = await reloaded(stage, { code: 'b', services: { echo: ['tcp:7'], more: ['tcp:9'] } });
      assert.equal(result.kind, 'failed');
      assert.match(result.kind === 'failed' ? result.line : '', line);
      assert.match(stage.supervisor.lastFailure ?? '', line);
      assert.deepEqual(stage.pids, before);
      assert.ok(stage.children.living.every(({ orders }) => !orders.some(({ kind }) => kind === 'drain')));
      assert.deepEqual([...stage.sockets.open.keys()].length, 1, 'the socket that was bound for it is open');
      assert.equal(stage.supervisor.state, 'ready');
      assert.equal(stage.supervisor.generations.latest, 1);
      await stage.stop();
    });

  test('R-D3 an application that cannot be described, or a socket that cannot be bound, starts nothing', async () => {
    const stage = await serving();
    const before = stage.children.all.length;
    const cannot = await reloaded(stage, new CommandError('app.ts:1: no', 70));
    assert.deepEqual(cannot, { kind: 'failed', line: 'app.ts:1: no', status: 70 });
    stage.sockets.failure = new CommandError("cannot listen on 'tcp:9': it is in use", 69);
    const taken = await reloaded(stage, { services: { echo: ['tcp:7'], more: ['tcp:9'] } });
    assert.equal(taken.kind === 'failed' && taken.status, 69);
    assert.equal(stage.children.all.length, before);
    await stage.stop();
  });

  test('R-D3 one process cannot take the place of workers, nor be replaced', async () => {
    const stage = await serving();
    assert.match(String(Reflect.get(await reloaded(stage, { options: { workers: 0 } }), 'line')), /--workers 0/);
    assert.equal(stage.children.all.length, 1);
    await stage.stop();
    const alone = await serving({ options: { workers: 0 } });
    assert.match(String(Reflect.get(await reloaded(alone, { code: 'b' }), 'line')), /--workers 0/);
    await alone.stop();
  });

  test('R-D3 a worker that ends right after it was ready, while others still start, fails the reload', async () => {
    const stage = await serving({ options: { workers: 3 } });
    const before = stage.pids;
    const result = stage.reload({ code: 'b' });
    await stage.pass(15);
    const [first] = stage.children.living.filter(({ generation }) => generation === 2);
    first?.exit(0);
    await stage.pass(1000);
    assert.equal((await result).kind, 'failed');
    assert.deepEqual(stage.pids, before);
    await stage.stop();
  });

  test('R-D3 a failure of one of many workers starts no more of them', async () => {
    const stage = await serving({ options: { workers: 2 } });
    stage.children.conduct = { startMs: 10 };
    const result = stage.reload({ code: 'b', options: { workers: 6 } });
    await stage.pass(5);
    const [first, second] = stage.children.living.filter(({ generation }) => generation === 2);
    first?.exit(null, 'SIGKILL');
    second?.report({ kind: 'ready' });
    await stage.pass(1000);
    assert.equal((await result).kind, 'failed');
    assert.equal(stage.children.living.length, 2);
    await stage.stop();
  });
});

describe('reloads that queue', () => {
  test('R-D4 of those that come during one the last one counts, and all are told', async () => {
    const stage = await serving();
    const all = [stage.reload({ code: 'b' }), stage.reload({ code: 'c' }), stage.reload({ code: 'd' })];
    await stage.pass(1000);
    const [first, second, third] = await Promise.all(all);
    // The first one had begun before anything else was on disk, and read it later.
    assert.equal(first?.kind, 'done');
    assert.deepEqual(second, third);
    assert.equal(stage.loads, 2);
    assert.equal(stage.at(1).code, 'd');
    await stage.stop();
  });

  test('R-D4 one that comes during the start follows it, and is told also when the start fails', async () => {
    for (const start of ['ready', 'fails'] as const) {
      const again = new Stage();
      again.children.conduct = { start };
      const started = again.start().catch(() => {});
      await again.pass(1);
      const result = again.reload({ code: 'b' });
      await again.pass(1000);
      await started;
      assert.equal((await result).kind, start === 'ready' ? 'done' : 'failed');
      if (start === 'ready') await again.stop();
      else await again.over();
    }
  });

  test('R-D4 above the most generations the oldest one is ended, logged and counted', async () => {
    const stage = await serving({ options: { maxGenerations: 3 } });
    const oldest = stage.at(1);
    oldest.open = 7;
    await stage.pass(2000);
    stage.children.conduct = { drainMs: Infinity };
    for (const process of stage.children.living)
      Object.assign(process, { conduct: { ...process.conduct, drainMs: Infinity } });
    for (const code of ['b', 'c']) assert.equal((await reloaded(stage, { code })).kind, 'done');
    assert.equal(oldest.alive, true);
    assert.equal((await reloaded(stage, { code: 'd' })).kind, 'done');
    assert.equal(oldest.alive, false);
    assert.deepEqual([...new Set(stage.children.living.map(({ generation }) => generation))], [2, 3, 4]);
    const cut = await stage.log.said('drain.cut');
    assert.equal(Reflect.get(cut, 'connections'), 7);
    const done = await stage.log.said('drain.done');
    assert.equal(Reflect.get(done, 'aborted'), 7);
    await stage.stop();
  });
});

describe('what has changed', () => {
  test('R-D5 nothing: no process is started or told anything', async () => {
    const stage = await serving();
    const orders = stage.at(1).orders.length;
    assert.deepEqual(await reloaded(stage, {}), { kind: 'unchanged' });
    assert.equal(stage.children.all.length, 1);
    assert.equal(stage.at(1).orders.length, orders);
    await stage.stop();
  });

  test('R-D5 nothing, but it is forced: everything is replaced', async () => {
    const stage = await serving();
    assert.equal((await reloaded(stage, {}, true)).kind, 'done');
    assert.equal(stage.at(1).generation, 2);
    await stage.stop();
  });

  test('R-D5 one service of several that are apart: only its workers are replaced', async () => {
    const stage = await serving({ options: { topology: 'apart' }, services: { echo: ['tcp:7'], slow: ['tcp:8'] } });
    const [echo, slow] = [stage.at(1, 'echo'), stage.at(1, 'slow')];
    const result = await reloaded(stage, { settings: { slow: { idleTimeoutMs: 9 } } });
    assert.deepEqual(result, { kind: 'done', generation: 2, groups: ['slow'] });
    assert.equal(stage.at(1, 'echo'), echo);
    assert.equal(echo.told('drain'), false);
    assert.notEqual(stage.at(1, 'slow'), slow);
    assert.equal(slow.alive, false);
    await stage.stop();
  });

  test('R-D5 a service that is gone: its workers drain and its socket is closed', async () => {
    const stage = await serving({ options: { topology: 'apart' }, services: { echo: ['tcp:7'], slow: ['tcp:8'] } });
    const slow = stage.at(1, 'slow');
    assert.deepEqual(await reloaded(stage, { services: { echo: ['tcp:7'] } }), {
      kind: 'done',
      generation: 2,
      groups: [],
    });
    assert.equal(slow.alive, false);
    assert.equal(stage.sockets.open.size, 1);
    await stage.stop();
  });

  test('R-D5 only certificates: all workers read them, and none is replaced', async () => {
    const stage = await serving({ options: { workers: 2 }, certificates: { '/cert.pem': 'a' } });
    const before = stage.pids;
    assert.deepEqual(await reloaded(stage, { certificates: { '/cert.pem': 'b' } }), { kind: 'certificates' });
    assert.deepEqual(stage.pids, before);
    assert.ok(stage.children.living.every((process) => process.told('certificates')));
    assert.deepEqual(await reloaded(stage, {}), { kind: 'unchanged' });
    await stage.stop();
  });

  test('R-D5 a worker that hangs or ends while it reads certificates does not hold the reload', async () => {
    const stage = await serving({ options: { workers: 2 }, certificates: { '/cert.pem': 'a' } });
    stage.at(1).hang();
    const result = await reloaded(stage, { certificates: { '/cert.pem': 'b' } });
    assert.deepEqual(result, { kind: 'certificates' });
    await stage.stop();
  });
});

test('two workers start at a time, whatever the groups', async () => {
  const stage = new Stage({ options: { workers: 3, topology: 'apart' }, services: { a: [], b: [], c: [] } });
  const started = stage.start();
  await stage.pass(5);
  assert.equal(stage.children.living.length, 2);
  await stage.pass(10);
  assert.equal(stage.children.living.length, 4);
  await stage.pass(100);
  await started;
  assert.equal(stage.children.living.length, 9);
  await stage.stop();
});
