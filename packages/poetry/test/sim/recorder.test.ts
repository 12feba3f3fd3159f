import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulate } from 'couplet/sim';
import type { RecordedRun } from 'couplet-inspector/timeline';
import { poetryAddress } from '../../src/command-line/poetry-address.ts';
import { Task } from '../../src/download/task.ts';
import { SlowPoetryFactory } from '../../src/protocols/slow-poetry.ts';
import { Recorder } from '../../src/session/recorder.ts';
import type { TaskStep } from '../../src/values/session-events.ts';
import { POEM } from './reader.ts';

const LIMITS = { maxBytes: POEM.length, timeoutSeconds: 120 };

/** What is recorded of two tasks, one after the other or both at once. */
async function recorded(blocking: boolean): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  await simulate({ seeds: 5, profile: 'calm' }, async (world) => {
    await world.host('server').run(async (reactor) => {
      const factory = new SlowPoetryFactory({ poem: POEM, numBytes: 50, delayMs: 100, concurrency: 0 });
      await reactor.listenTCP(10_000, factory);
    });
    const { reactor } = world.host('client');
    await world.sleep(50);
    const recorder = new Recorder(reactor, 'a run');
    const tasks = [1, 2].map((number) => new Task(number, poetryAddress('server:10000'), LIMITS, POEM.length));
    const began = reactor.now();
    const ms = (): number => reactor.now() - began;
    const tell = (step: TaskStep): void => recorder.watch({ ms: ms(), ...step });
    const shown = tasks.map(({ number, address }) => ({ task: number, address: address.name }));
    recorder.watch({ ms: 0, event: 'begun', blocking, tasks: shown });
    if (blocking) for (const task of tasks) await task.run(reactor, tell);
    else await Promise.all(tasks.map((task) => task.run(reactor, tell)));
    recorder.watch({ ms: ms(), event: 'ended', poems: 2, bytes: 2 * POEM.length });
    runs.push(recorder.run('Task'));
  });
  return runs;
}

describe('what is recorded of a session', () => {
  test('has a lane for each task, whose chunks are the poem, and the callbacks that took them', async () => {
    for (const { lanes, callbacks, endMs, busyMs } of await recorded(false)) {
      assert.deepEqual(
        lanes.map(({ number, name, place }) => [number, name, place]),
        [
          [1, 'Task 1', 'server:10000'],
          [2, 'Task 2', 'server:10000'],
        ],
      );
      for (const { number, chunks, spans, end } of lanes) {
        assert.equal(
          chunks.reduce((sum, { bytes }) => sum + bytes, 0),
          POEM.length,
        );
        assert.deepEqual(
          spans.map(({ kind }) => kind),
          ['connecting', 'waiting'],
        );
        assert.deepEqual([spans[0]?.from, spans[0]?.to, spans[1]?.to], [0, spans[1]?.from, end?.at]);
        assert.equal(end?.failure, undefined);
        const received = callbacks.filter(({ lane, name }) => lane === number && name === 'Download.dataReceived');
        // A callback takes no virtual time.
        assert.deepEqual(
          received.map(({ at }) => at),
          chunks.map(({ at }) => at),
        );
      }
      assert.ok(callbacks.every(({ at }, index) => at >= (callbacks[index - 1]?.at ?? 0) && at <= endMs));
      assert.ok(busyMs >= 0 && busyMs < endMs);
    }
  });

  test('has the time in which a task waits its turn', async () => {
    for (const { lanes } of await recorded(true)) {
      const [first, second] = lanes;
      assert.deepEqual(second?.spans[0], { kind: 'pending', from: 0, to: first?.end?.at });
      assert.deepEqual(
        second?.spans.map(({ kind }) => kind),
        ['pending', 'connecting', 'waiting'],
      );
    }
  });

  test('has what there is by now of a session that goes on', async () => {
    await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
      const { reactor } = world.host('client');
      const recorder = new Recorder(reactor, 'a run');
      const tasks = [1, 2].map((task) => ({ task, address: 'server:10000' }));
      recorder.watch({ ms: 0, event: 'begun', blocking: true, tasks });
      recorder.watch({ ms: 0, event: 'connecting', task: 1, address: 'server:10000' });
      recorder.watch({ ms: 5, event: 'connected', task: 1 });
      recorder.watch({ ms: 7, event: 'chunk', task: 1, bytes: 3 });
      await world.sleep(20);
      const { endMs, lanes } = recorder.run('Task');
      assert.equal(endMs, 20);
      assert.deepEqual(lanes[0]?.spans.at(-1), { kind: 'waiting', from: 5, to: 20 });
      assert.deepEqual(lanes[1]?.spans, [{ kind: 'pending', from: 0, to: 20 }]);
      assert.ok(lanes.every(({ end }) => end === undefined));
      recorder.watch({ ms: 20, event: 'ended', poems: 0, bytes: 0 });
    });
  });
});
