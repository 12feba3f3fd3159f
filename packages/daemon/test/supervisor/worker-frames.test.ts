import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_QUERY, type FrameViewer, type ProcessChoice } from 'couplet-inspector';
import { WorkerFrames } from '../../src/supervisor/worker-frames.ts';
import { type Stage, serving } from './stage.ts';

/** A stage with workers, and their frames. */
async function inspected(workers: number): Promise<{ stage: Stage; frames: WorkerFrames }> {
  const stage = await serving({ options: { workers, inspect: 'on' } });
  return { stage, frames: new WorkerFrames(() => stage.supervisor.generations.workers) };
}

function look(frames: WorkerFrames, parameters = ''): FrameViewer {
  return frames.view({ ...DEFAULT_QUERY, sort: 'age' }, new URLSearchParams(parameters));
}

/** What a worker of the stage has in a frame, and what the supervisor adds. */
interface FakeFrame {
  readonly pid: number;
  readonly processes: readonly ProcessChoice[];
}

/** A frame, after the time in which a worker answers. */
async function next(stage: Stage, viewer: FrameViewer, dropped = 0): Promise<FakeFrame> {
  const frame = viewer.next(dropped);
  await stage.pass(10);
  return JSON.parse(await frame);
}

describe('the frames of workers', () => {
  test('are those of the first one, and say which there are', async () => {
    const { stage, frames } = await inspected(2);
    const viewer = look(frames);
    assert.deepEqual(await next(stage, viewer, 3), {
      pid: 1001,
      viewer: 1,
      dropped: 3,
      sort: 'age',
      processes: [
        { slot: 1, generation: 1, pid: 1001, shown: true },
        { slot: 2, generation: 1, pid: 1002, shown: false },
      ],
    });
    viewer.close();
    await stage.pass(10);
    assert.deepEqual(stage.at(1).orders.at(-1), { kind: 'unwatch', viewer: 1 });
    assert.ok(!stage.at(2).told('frame'));
    await stage.stop();
  });

  test('are those of the one that was asked for, by slot, generation or pid', async () => {
    const { stage, frames } = await inspected(2);
    for (const [parameters, pid] of [
      ['slot=2', 1002],
      ['slot=2&generation=1', 1002],
      ['slot=1&generation=1&pid=1002', 1002],
      ['slot=7', 1001],
    ] as const)
      assert.equal((await next(stage, look(frames, parameters))).pid, pid, parameters);
    assert.throws(
      () => look(frames, 'slot=x'),
      (error) => error instanceof RangeError && error.message === "slot is 'x', not a whole number",
    );
    await stage.stop();
  });

  test('go on with the successor when a worker ends in the middle of one', async () => {
    const { stage, frames } = await inspected(2);
    const viewer = look(frames, 'slot=2&generation=1&pid=1002');
    assert.equal((await next(stage, viewer)).pid, 1002);
    stage.at(2).hang();
    const frame = viewer.next(0);
    await stage.pass(10);
    stage.at(2).exit(null, 'SIGKILL');
    await stage.pass(50);
    // While none is ready in its slot there is the other one.
    assert.equal(JSON.parse(await frame).pid, 1001);
    assert.equal((await next(stage, viewer)).pid, 1003);
    await stage.stop();
  });

  test('go on with the new generation, and end what the old one has for them', async () => {
    const { stage, frames } = await inspected(1);
    const viewer = look(frames, 'slot=1&generation=1');
    assert.equal((await next(stage, viewer)).pid, 1001);
    const reloaded = stage.reload({ code: 'b' });
    await stage.pass(100);
    assert.equal((await reloaded).kind, 'done');
    const { pid, processes } = await next(stage, viewer);
    assert.deepEqual([pid, processes], [1002, [{ slot: 1, generation: 2, pid: 1002, shown: true }]]);
    await stage.stop();
  });

  test('wait for a worker while there is none, and end when nobody looks any more', async () => {
    const { stage, frames } = await inspected(1);
    stage.at(1).exit(1);
    const [first, second] = [look(frames), look(frames)];
    const frame = first.next(0);
    const never = second.next(0);
    second.close();
    await assert.rejects(never, { message: 'it is closed' });
    await stage.pass(100);
    frames.changed();
    await stage.pass(10);
    assert.equal(JSON.parse(await frame).pid, 1002);
    await stage.stop();
  });

  test('are refused by a worker that makes none', async () => {
    const { stage, frames } = await inspected(1);
    const process = stage.at(1);
    const frame = look(frames).next(0);
    process.report({ kind: 'frame', id: 1, failure: { line: 'it was started without inspect', status: 1 } });
    await assert.rejects(frame, { message: 'it was started without inspect' });
    await stage.stop();
  });
});
