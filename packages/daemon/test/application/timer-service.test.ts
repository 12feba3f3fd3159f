import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TimerService } from '../../src/application/timer-service.ts';
import { Scene } from './context.ts';

/** A task that takes as long as the test wants, and notes when its turns begin and end. */
class Task {
  readonly begun: number[] = [];
  ended = 0;
  signal: AbortSignal | undefined;
  #end: ((error?: Error) => void)[] = [];
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** How many turns are under way. */
  get running(): number {
    return this.begun.length - this.ended;
  }

  readonly run = (signal: AbortSignal): Promise<void> => {
    this.signal = signal;
    this.begun.push(this.#scene.context.reactor.now());
    assert.equal(this.running, 1, 'a turn runs beside another one');
    return new Promise<void>((resolve, reject) => {
      this.#end.push((error) => (error === undefined ? resolve() : reject(error)));
    }).finally(() => {
      this.ended += 1;
    });
  };

  end(error?: Error): void {
    this.#end.shift()?.(error);
  }
}

describe('a TimerService', () => {
  test('begins a turn each time, the first one after it', async () => {
    const scene = new Scene();
    const turns: number[] = [];
    const timer = new TimerService('t', { everyMs: 100 }, () => void turns.push(scene.context.reactor.now()));
    timer.start(scene.context);
    await scene.time.pass(350);
    assert.deepEqual(turns, [100, 200, 300]);
    await timer.stop();
    await scene.time.pass(500);
    assert.deepEqual(turns, [100, 200, 300]);
    assert.equal(scene.time.idle, true);
    await scene.time.end();
  });

  test('never runs beside itself: a long turn leaves out those meanwhile', async () => {
    const scene = new Scene();
    const task = new Task(scene);
    const timer = new TimerService('t', { everyMs: 100 }, task.run);
    timer.start(scene.context);
    await scene.time.pass(350);
    assert.deepEqual(task.begun, [100]);
    task.end();
    await scene.time.pass(100);
    assert.deepEqual(task.begun, [100, 400]);
    task.end();
    await timer.stop();
    await scene.time.end();
  });

  test('logs a failure, and the next turn comes', async () => {
    const scene = new Scene('app/t');
    const task = new Task(scene);
    const timer = new TimerService('t', { everyMs: 100 }, task.run);
    timer.start(scene.context);
    await scene.time.pass(100);
    task.end(new Error('no space'));
    await scene.time.pass(100);
    assert.equal(task.begun.length, 2);
    assert.equal((await scene.log.said('service.failed')).level, 'error');
    task.end();
    await timer.stop();
    await scene.time.end();
  });

  test('logs what a task throws at once as well', async () => {
    const scene = new Scene();
    const timer = new TimerService('t', { everyMs: 100 }, () => {
      throw new Error('no');
    });
    timer.start(scene.context);
    await scene.time.pass(250);
    assert.equal(scene.log.events.filter((event) => event === 'service.failed').length, 2);
    await timer.stop();
    await scene.time.end();
  });

  for (const how of ['stop', 'draining'] as const)
    test(`${how} tells the turn, and waits for its end`, async () => {
      const scene = new Scene();
      const task = new Task(scene);
      const timer = new TimerService('t', { everyMs: 100 }, task.run);
      timer.start(scene.context);
      await scene.time.pass(100);
      let stopped = false;
      const done = timer[how]().then(() => {
        stopped = true;
      });
      await scene.time.pass(1000);
      assert.equal(task.signal?.aborted, true);
      assert.equal(stopped, false);
      task.end();
      await done;
      assert.equal(scene.time.idle, true);
      assert.deepEqual(scene.log.events, []);
      await scene.time.end();
    });

  test('does not log that a turn ends with the reason of its signal', async () => {
    const scene = new Scene();
    const timer = new TimerService(
      't',
      { everyMs: 100 },
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    timer.start(scene.context);
    await scene.time.pass(100);
    await timer.stop();
    assert.deepEqual(scene.log.events, []);
    await scene.time.end();
  });

  test('refuses a time that is not above 0', () => {
    for (const everyMs of [0, -1, NaN]) assert.throws(() => new TimerService('t', { everyMs }, () => {}), RangeError);
  });
});

describe("a TimerService with where: 'one'", () => {
  test('R-D34 runs while its process leads', async () => {
    const scene = new Scene();
    let turns = 0;
    const timer = new TimerService('t', { everyMs: 100, where: 'one' }, () => {
      turns += 1;
    });
    timer.start(scene.context);
    await scene.time.pass(500);
    assert.equal(turns, 0);
    await scene.lead(true);
    await scene.time.pass(250);
    assert.equal(turns, 2);
    await scene.lead(false);
    await scene.time.pass(500);
    assert.equal(turns, 2);
    await timer.stop();
    assert.equal(scene.followers.size, 0);
    await scene.time.end();
  });

  for (const how of ['stop', 'draining'] as const)
    test(`R-D34 has not stopped leading before its turn has ended, also when ${how} came first`, async () => {
      const scene = new Scene();
      const task = new Task(scene);
      const timer = new TimerService('t', { everyMs: 100, where: 'one' }, task.run);
      timer.start(scene.context);
      await scene.lead(true);
      await scene.time.pass(100);
      const stopped = timer[how]();
      let yielded = false;
      const yields = scene.lead(false).then(() => {
        yielded = true;
      });
      await scene.time.pass(1000);
      assert.equal(yielded, false, 'another process may lead while the turn is under way');
      task.end();
      await Promise.all([stopped, yields]);
      await scene.time.end();
    });

  test('R-D34 does not run beside its last turn when it leads again', async () => {
    const scene = new Scene();
    const task = new Task(scene);
    const timer = new TimerService('t', { everyMs: 100, where: 'one' }, task.run);
    timer.start(scene.context);
    await scene.lead(true);
    await scene.time.pass(100);
    void scene.lead(false);
    await scene.lead(true);
    await scene.time.pass(500);
    assert.deepEqual(task.begun, [100]);
    task.end();
    await scene.time.pass(0);
    assert.deepEqual(task.begun.length, 2);
    task.end();
    await timer.stop();
    await scene.time.end();
  });

  test('R-D34 does not begin again once it has stopped', async () => {
    const scene = new Scene();
    const task = new Task(scene);
    const timer = new TimerService('t', { everyMs: 100, where: 'one' }, task.run);
    timer.start(scene.context);
    const stopped = timer.stop();
    await scene.lead(true);
    await stopped;
    await scene.time.pass(500);
    assert.deepEqual(task.begun, []);
    assert.equal(scene.time.idle, true);
    await scene.time.end();
  });
});
