import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { ReactorStopped } from 'couplet';
import { simulate } from 'couplet/sim';
import { Clock } from 'couplet/testing';

/** Lets the promises that have settled run what waits for them. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('R55 sleep', () => {
  test('R55 resolves when the time has passed, not earlier', async () => {
    const clock = new Clock();
    let woken = 0;
    void clock.sleep(100).then(() => {
      woken += 1;
    });
    clock.advance(99);
    await turn();
    assert.equal(woken, 0);
    clock.advance(1);
    await turn();
    assert.equal(woken, 1);
    assert.deepEqual(clock.getDelayedCalls(), []);
  });

  test('R55 a signal ends it with its reason, and leaves nothing', async () => {
    const clock = new Clock();
    const controller = new AbortController();
    const reason = new Error('enough');
    const slept = clock.sleep(100, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(slept, reason);
    assert.deepEqual(clock.getDelayedCalls(), []);
    await assert.rejects(clock.sleep(100, { signal: AbortSignal.abort(reason) }), reason);
    assert.deepEqual(clock.getDelayedCalls(), []);
    const { signal } = new AbortController();
    const passed = clock.sleep(100, { signal });
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    clock.advance(100);
    await passed;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  test('R55 refuses what is not a time or a signal', async () => {
    const clock = new Clock();
    await assert.rejects(clock.sleep(-1), RangeError);
    await assert.rejects(clock.sleep(Infinity), RangeError);
    // @ts-expect-error a string is not a signal
    assert.throws(() => clock.sleep(1, { signal: 'now' }), TypeError);
  });
});

describe('R55 callEvery', () => {
  test('R55 keeps its beat, whatever a call takes, and never runs beside itself', async () => {
    const clock = new Clock();
    const at: number[] = [];
    let finish: () => void = () => {};
    const repeated = clock.callEvery(10, () => {
      at.push(clock.now());
      if (at.length !== 2) return undefined;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    clock.advance(20);
    assert.deepEqual(at, [10, 20]);
    clock.advance(25);
    assert.deepEqual(at, [10, 20]);
    finish();
    await turn();
    assert.equal(repeated.missed, 2);
    clock.advance(15);
    assert.deepEqual(at, [10, 20, 50, 60]);
    assert.equal(repeated.active, true);
    repeated.cancel();
    repeated.cancel();
    clock.advance(100);
    assert.deepEqual(at, [10, 20, 50, 60]);
    assert.equal(repeated.active, false);
    assert.deepEqual(clock.getDelayedCalls(), []);
  });

  test('R55 with `now` the first call comes in the next turn', () => {
    const clock = new Clock();
    const at: number[] = [];
    clock.callEvery(10, () => at.push(clock.now()), { now: true });
    assert.deepEqual(at, []);
    clock.advance(10);
    assert.deepEqual(at, [0, 10]);
  });

  test('R55 a call that is cancelled while it runs is not waited for, and has no next', async () => {
    const clock = new Clock();
    let calls = 0;
    const repeated = clock.callEvery(10, async () => {
      calls += 1;
      repeated.cancel();
    });
    clock.advance(100);
    await turn();
    clock.advance(100);
    assert.equal(calls, 1);
    assert.throws(() => clock.callEvery(0, () => {}), RangeError);
    // @ts-expect-error a number is not a function
    assert.throws(() => clock.callEvery(1, 5), TypeError);
  });
});

describe('R55 on a reactor', () => {
  test('R55 a failure is reported and the next beat comes; at the end all waits end, and none is an error', async () => {
    await simulate({ seeds: 1, allowErrors: true }, async (world) => {
      const reactor = world.host('one').reactor;
      const reports: string[] = [];
      reactor.observe({ error: ({ who, where, error }) => void reports.push(`${who} ${where} ${error}`) });
      let beats = 0;
      const repeated = reactor.callEvery(10, function tick() {
        beats += 1;
        if (beats === 1) throw new Error('first');
        if (beats === 2) return Promise.reject(new Error('second'));
        return reactor.sleep(1000);
      });
      const slept = reactor.sleep(5000).catch((error: unknown) => error);
      await world.sleep(100);
      reactor.stop();
      await world.sleep(5000);
      assert.equal(reactor.running, false);
      assert.ok((await slept) instanceof ReactorStopped);
      assert.equal(repeated.active, false);
      assert.equal(beats, 3);
      await world.sleep(100);
      assert.deepEqual(reports, ['tick callEvery Error: first', 'tick callEvery Error: second']);
    });
  });
});
