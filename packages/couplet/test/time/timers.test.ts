import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Timers } from '../../src/time/timers.ts';
import { FakeBackend } from '../fake-backend.ts';

/** Backend and timers, and a list of what ran. */
function setUp(time = 0): { backend: FakeBackend; timers: Timers; log: string[]; note: (what: string) => () => void } {
  const backend = new FakeBackend(time);
  const timers = new Timers(backend.clock, (task) => task());
  const log: string[] = [];
  return { backend, timers, log, note: (what) => () => void log.push(what) };
}

describe('Timers', () => {
  test('R24 calls run in the order of their time, then of their creation', () => {
    const { backend, timers, log, note } = setUp();
    for (const [what, delay] of Object.entries({ c: 20, a: 10, d: 20, b: 10 })) timers.callLater(delay, note(what));
    backend.block(50);
    assert.deepEqual(log, ['a', 'b', 'c', 'd']);
  });

  test('R24 whichever of many calls are cancelled, the others keep their order', () => {
    const delays = fc.array(fc.nat(50), { minLength: 10, maxLength: 60, size: 'max' });
    const cancels = fc.array(fc.nat(59), { maxLength: 30, size: 'max' });
    fc.assert(
      fc.property(delays, cancels, (delays, cancels) => {
        const { backend, timers, log, note } = setUp();
        const calls = delays.map((delay, at) => ({ delay, at, call: timers.callLater(delay, note(`${at}`)) }));
        for (const at of cancels) calls[at]?.call.cancel();
        const left = calls.filter(({ call }) => call.active).sort((a, b) => a.delay - b.delay || a.at - b.at);
        backend.block(100);
        assert.deepEqual(
          log,
          left.map(({ at }) => `${at}`),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('R24 a call keeps the rank of its creation when it is moved', () => {
    const { backend, timers, log, note } = setUp();
    const first = timers.callLater(5, note('first'));
    timers.callLater(10, note('second'));
    first.delay(5);
    backend.advance(10);
    assert.deepEqual(log, ['first', 'second']);
  });

  test('R24 an alarm that rings early runs nothing and is set again', () => {
    const { backend, timers, log, note } = setUp();
    timers.callLater(10, note('call'));
    backend.time = 9.999;
    backend.ring();
    assert.deepEqual(log, []);
    assert.equal(backend.alarmAt, 10);
  });

  test('R24 a delay of more than 2^31 ms is no shorter', () => {
    const { backend, timers, log, note } = setUp(1e9);
    timers.callLater(2 ** 40, note('call'));
    backend.advance(2 ** 40 - 1);
    assert.deepEqual(log, []);
    backend.advance(1);
    assert.deepEqual(log, ['call']);
  });

  test('R24 callLater(0) made inside a call runs in the next ring', () => {
    const { backend, timers, log, note } = setUp();
    timers.callLater(5, () => {
      log.push('outer');
      timers.callLater(0, note('inner'));
    });
    timers.callLater(5, note('other'));
    backend.time = 5;
    backend.ring();
    assert.deepEqual(log, ['outer', 'other']);
    assert.equal(backend.alarmAt, 5);
    backend.ring();
    assert.deepEqual(log, ['outer', 'other', 'inner']);
  });

  test('R24 a chain of callLater(0) makes one step a ring', () => {
    const { backend, timers } = setUp();
    let steps = 0;
    const again = (): void => {
      steps += 1;
      timers.callLater(0, again);
    };
    timers.callLater(0, again);
    for (let ring = 1; ring <= 100; ring += 1) {
      backend.ring();
      assert.equal(steps, ring);
    }
  });

  test('a call that cancels those due with it keeps them from running', () => {
    const { backend, timers, log, note } = setUp();
    timers.callLater(5, () => {
      for (const other of others) other.cancel();
    });
    const others = [timers.callLater(5, note('same time')), timers.callLater(6, note('later'))];
    backend.block(10);
    assert.deepEqual(log, []);
    assert.equal(backend.alarmAt, undefined);
  });

  test('clear() inside a call drops the rest', () => {
    const { backend, timers, log, note } = setUp();
    timers.callLater(5, () => timers.clear());
    const other = timers.callLater(5, note('other'));
    backend.block(10);
    assert.deepEqual(log, []);
    assert.equal(other.active, false);
    assert.equal(backend.alarmAt, undefined);
  });

  test('R25 clear() drops every call and switches the alarm off', () => {
    const { backend, timers, log, note } = setUp();
    const calls = [3, 1, 2].map((delay) => timers.callLater(delay, note('call')));
    timers.clear();
    assert.equal(backend.alarmAt, undefined);
    backend.advance(10);
    assert.deepEqual(log, []);
    for (const call of calls) {
      assert.equal(call.active, false);
      call.cancel();
      assert.throws(() => call.reset(1), /has run or was cancelled/);
    }
    timers.callLater(1, note('after'));
    backend.advance(1);
    assert.deepEqual(log, ['after']);
  });

  test('the alarm is off from the start, and again when the last call has run or was cancelled', () => {
    const { backend, timers, note } = setUp();
    assert.equal(backend.alarms, 0);
    timers.callLater(5, note('call'));
    assert.equal(backend.alarmAt, 5);
    backend.advance(5);
    assert.equal(backend.alarmAt, undefined);
    const [one, two] = [timers.callLater(5, note('call')), timers.callLater(6, note('call'))];
    one.cancel();
    assert.notEqual(backend.alarmAt, undefined);
    two.cancel();
    assert.equal(backend.alarmAt, undefined);
  });

  test('R23 while held the alarm stays on, at Infinity when no call waits', () => {
    const { backend, timers, note } = setUp();
    timers.hold(true);
    assert.equal(backend.alarmAt, Number.POSITIVE_INFINITY);
    timers.callLater(5, note('call'));
    assert.equal(backend.alarmAt, 5);
    backend.advance(5);
    assert.equal(backend.alarmAt, Number.POSITIVE_INFINITY);
    const call = timers.callLater(5, note('call'));
    call.cancel();
    assert.notEqual(backend.alarmAt, undefined);
    backend.advance(5);
    assert.equal(backend.alarmAt, Number.POSITIVE_INFINITY);
    timers.hold(false);
    assert.equal(backend.alarmAt, undefined);
  });

  test('the end of the hold leaves the alarm on for a call that waits', () => {
    const { backend, timers, log, note } = setUp();
    timers.callLater(5, note('call'));
    timers.hold(true);
    timers.hold(false);
    assert.equal(backend.alarmAt, 5);
    backend.advance(5);
    assert.deepEqual(log, ['call']);
  });

  test('a task that throws out of the ring leaves the others to the next one', () => {
    const { backend, timers, log, note } = setUp();
    timers.callLater(1, () => {
      throw new Error('thrown');
    });
    timers.callLater(1, note('same time'));
    timers.callLater(2, note('later'));
    assert.throws(() => backend.advance(1), /thrown/);
    assert.equal(backend.alarmAt, 1);
    backend.advance(1);
    assert.deepEqual(log, ['same time', 'later']);
  });

  test('a bad delay is a RangeError and changes nothing', () => {
    const { backend, timers, log, note } = setUp();
    for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => timers.callLater(delay, note('bad')), RangeError);
    }
    assert.equal(backend.alarms, 0);
    const call = timers.callLater(5, note('call'));
    assert.throws(() => call.reset(-1), RangeError);
    assert.throws(() => call.reset(Number.NaN), RangeError);
    assert.throws(() => call.delay(Number.NaN), RangeError);
    assert.throws(() => call.delay(Number.NEGATIVE_INFINITY), RangeError);
    assert.equal(call.getTime(), 5);
    backend.advance(5);
    assert.deepEqual(log, ['call']);
  });

  test('R24 fractions of milliseconds are never early', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (start, delays) => {
          const { backend, timers } = setUp(start);
          let ran = 0;
          for (const delay of delays) {
            const made = backend.time;
            timers.callLater(delay, () => {
              ran += 1;
              assert.ok(backend.time >= made + delay);
            });
            backend.advance(delay / 2);
          }
          backend.advance(1e5);
          assert.equal(ran, delays.length);
        },
      ),
    );
  });
});

describe('the cost of Timers', () => {
  const MANY = 100_000;

  test('a deadline that is moved later again and again costs no alarm and no ring', () => {
    const { backend, timers, note } = setUp();
    const calls = Array.from({ length: MANY }, () => timers.callLater(1000, note('idle')));
    assert.equal(backend.alarms, 1);
    for (let round = 0; round < 10; round += 1) {
      backend.advance(50);
      for (const call of calls) call.reset(1000);
    }
    assert.equal(backend.alarms, 1);
    assert.equal(backend.rings, 0);
    // The first look finds all of them moved, to one and the same time.
    backend.advance(500);
    assert.equal(backend.rings, 1);
    assert.equal(backend.alarms, 2);
    assert.equal(backend.alarmAt, 1500);
  });

  test('deadlines that data moves forever ring once for each of their periods', () => {
    const { backend, timers, log, note } = setUp();
    const calls = Array.from({ length: 1000 }, () => timers.callLater(1000, note('idle')));
    for (let turn = 0; turn < 1000; turn += 1) {
      backend.advance(100);
      for (const call of calls) call.reset(1000);
    }
    assert.deepEqual(log, []);
    assert.ok(backend.rings <= 120, `it rang ${backend.rings} times in 100 periods`);
  });

  test('100,000 calls made, moved, cancelled and run take one alarm for each instant', () => {
    const { backend, timers } = setUp();
    let ran = 0;
    const calls = Array.from({ length: MANY }, (_, at) => timers.callLater(1 + ((at * 7919) % 1000), () => (ran += 1)));
    for (const [at, call] of calls.entries()) if (at % 3 === 0) call.cancel();
    for (const [at, call] of calls.entries()) if (at % 3 === 1) call.delay(5);
    const made = backend.alarms;
    backend.advance(2000);
    assert.equal(ran, MANY - Math.ceil(MANY / 3));
    assert.ok(backend.alarms - made <= 1005, `the alarm was set ${backend.alarms - made} times`);
  });

  test('100,000 calls made inside one call set the alarm once', () => {
    const { backend, timers, note } = setUp();
    timers.callLater(1, () => {
      for (let at = MANY; at > 0; at -= 1) timers.callLater(at, note('call'));
    });
    backend.advance(1);
    assert.equal(backend.alarms, 2);
    assert.equal(backend.alarmAt, 2);
  });

  test('100,000 calls cancelled from the front leave the alarm alone until the last', () => {
    const { backend, timers, note } = setUp();
    const calls = Array.from({ length: MANY }, (_, at) => timers.callLater(1 + at, note('call')));
    for (const call of calls) call.cancel();
    assert.equal(backend.alarms, 2);
    assert.equal(backend.alarmAt, undefined);
  });
});
