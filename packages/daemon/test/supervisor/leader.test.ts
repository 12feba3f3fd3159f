import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serving } from './stage.ts';

// The fake processes fail a test at any instant in which two of them lead.

test('R-D34 the worker of slot 1 leads once all are ready, and no other', async () => {
  const stage = await serving({ options: { workers: 3 } });
  assert.deepEqual(stage.children.leaders, [stage.at(1)]);
  await stage.stop();
});

test('R-D34 after a crash of slot 1 the next one leads', async () => {
  const stage = await serving({ options: { workers: 3 } });
  const first = stage.at(1);
  first.exit(1);
  await stage.pass(5);
  assert.deepEqual(stage.children.leaders, []);
  await stage.pass(20);
  assert.deepEqual(stage.children.leaders, [stage.at(1)]);
  await stage.stop();
});

test('R-D34 in a reload the old one has stopped before the new one begins', async () => {
  const stage = await serving({ options: { workers: 2 } });
  const old = stage.at(1);
  Object.assign(old, { conduct: { ...old.conduct, yieldMs: 5000, drainMs: Infinity } });
  const reload = stage.reload({ code: 'b' });
  await stage.pass(4000);
  assert.equal((await reload).kind, 'done');
  assert.deepEqual(stage.children.leaders, [old]);
  await stage.pass(2000);
  assert.deepEqual(stage.children.leaders, [stage.at(1)]);
  assert.equal(stage.at(1).generation, 2);
  await stage.stop();
});

test('R-D34 one that leaves by a signal, or for its memory, has stopped before the next one begins', async () => {
  for (const leave of [true, false]) {
    const stage = await serving({ options: { workers: 2, maxWorkerMemory: 100 } });
    const old = stage.at(1);
    Object.assign(old, { conduct: { ...old.conduct, yieldMs: 5000, drainMs: Infinity } });
    if (leave) old.report({ kind: 'leaving' });
    else old.residentBytes = 101;
    await stage.pass(4000);
    assert.equal(old.told('drain'), true);
    assert.deepEqual(stage.children.leaders, [old]);
    await stage.pass(5000);
    assert.deepEqual(stage.children.leaders, [stage.at(1)]);
    assert.notEqual(stage.at(1), old);
    await stage.stop();
  }
});

test('R-D34 a leader that hangs when it is told to stop is killed first', async () => {
  const stage = await serving({ options: { workers: 2, workerTimeoutMs: 10_000 } });
  const old = stage.at(1);
  old.hang();
  const reload = stage.reload({ code: 'b' });
  await stage.pass(9000);
  assert.equal((await reload).kind, 'done');
  assert.deepEqual(stage.children.leaders, [old]);
  await stage.pass(5000);
  assert.deepEqual(old.signals, ['SIGABRT', 'SIGKILL']);
  assert.deepEqual(stage.children.leaders, [stage.at(1)]);
  await stage.stop();
});

test('R-D34 a leader whose turn never ends holds up the next generations until its drain is over', async () => {
  const stage = await serving({ options: { reloadDrainTimeoutMs: 60_000, stopTimeoutMs: 5000, maxGenerations: 9 } });
  const old = stage.at(1);
  Object.assign(old, { conduct: { ...old.conduct, yieldMs: 3_600_000, drainMs: Infinity } });
  for (const code of ['b', 'c']) {
    const reload = stage.reload({ code });
    await stage.pass(10_000);
    assert.equal((await reload).kind, 'done');
    assert.deepEqual(stage.children.leaders, [old]);
  }
  await stage.pass(60_000);
  assert.equal(old.alive, false);
  assert.deepEqual(stage.children.leaders, [stage.at(1)]);
  assert.equal(stage.at(1).generation, 3);
  await stage.stop();
});

test('R-D34 a service that was gone and is back does not lead beside its own past', async () => {
  const both = { echo: ['tcp:7'], tick: [] };
  const stage = await serving({ options: { topology: 'apart' }, services: { tick: [] } });
  const old = stage.at(1, 'tick');
  Object.assign(old, { conduct: { ...old.conduct, yieldMs: 30_000, drainMs: Infinity } });
  for (const services of [{ echo: ['tcp:7'] }, both]) {
    const reload = stage.reload({ services });
    await stage.pass(1000);
    assert.equal((await reload).kind, 'done');
  }
  assert.deepEqual(stage.children.leaders, [old]);
  await stage.stop();
});

test('R-D34 a stop leaves no leader behind, also when it overtakes the change of the leader', async () => {
  const stage = await serving({ options: { workers: 2 } });
  const old = stage.at(1);
  Object.assign(old, { conduct: { ...old.conduct, yieldMs: 1000, drainMs: 100 } });
  const reload = stage.reload({ code: 'b' });
  await stage.pass(15);
  stage.supervisor.leave();
  await reload;
  await stage.pass(10_000);
  await stage.over();
});
