import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';

/** A clock, and what its calls wrote down: when they ran and their names. */
function setUp(): { clock: Clock; log: string[]; note: (name: string) => void } {
  const clock = new Clock();
  const log: string[] = [];
  return { clock, log, note: (name) => log.push(`${clock.now()} ${name}`) };
}

describe('Clock', () => {
  test('R24 runs what becomes due in the order of time, then of creation, each at its own time', () => {
    const { clock, log, note } = setUp();
    clock.callLater(20, note, 'late');
    clock.callLater(10, note, 'first');
    clock.callLater(10, note, 'second');
    clock.advance(9.5);
    assert.deepEqual(log, []);
    clock.advance(10);
    assert.deepEqual(log, ['10 first', '10 second']);
    assert.equal(clock.now(), 19.5);
    clock.advance(0.5);
    assert.deepEqual(log, ['10 first', '10 second', '20 late']);
  });

  test('R24 runs what its calls make, when that falls into the same stretch of time', () => {
    const { clock, log, note } = setUp();
    clock.callLater(10, () => {
      clock.callLater(5, note, 'made');
      clock.callLater(0, note, 'at once');
    });
    clock.advance(100);
    assert.deepEqual(log, ['10 at once', '15 made']);
    assert.equal(clock.now(), 100);
  });

  test('R24 a delayed call can be cancelled, reset and delayed', () => {
    const { clock, log, note } = setUp();
    const gone = clock.callLater(10, note, 'gone');
    const later = clock.callLater(10, note, 'later');
    const sooner = clock.callLater(30, note, 'sooner');
    clock.advance(5);
    gone.cancel();
    later.reset(20);
    sooner.delay(-10);
    assert.deepEqual(
      clock.getDelayedCalls().map((call) => call.getTime()),
      [20, 25],
    );
    clock.advance(20);
    assert.deepEqual(log, ['20 sooner', '25 later']);
    assert.deepEqual([gone.active, later.active], [false, false]);
    assert.equal(clock.getDelayedCalls().length, 0);
  });

  test('a call moved into the past runs now, and the time does not go back', () => {
    const { clock, log, note } = setUp();
    const call = clock.callLater(30, note, 'moved');
    clock.advance(20);
    call.delay(-25);
    clock.advance(0);
    assert.deepEqual(log, ['20 moved']);
  });

  test('what a call throws comes out of advance, and the rest runs with the next', () => {
    const { clock, log, note } = setUp();
    clock.callLater(10, () => {
      throw new Error('no');
    });
    clock.callLater(10, note, 'beside');
    clock.callLater(20, note, 'later');
    assert.throws(() => clock.advance(100), /^Error: no$/);
    assert.equal(clock.now(), 10);
    clock.advance(5);
    assert.deepEqual(log, ['10 beside']);
    clock.advance(5);
    assert.deepEqual(log, ['10 beside', '20 later']);
  });

  test('refuses a time that is none, to be advanced by its own calls, and calls that make each other for ever', () => {
    const { clock } = setUp();
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => clock.advance(bad), new RangeError(`ms is ${bad}, not a finite number of at least 0`));
    }
    clock.callLater(1, () => clock.advance(1));
    assert.throws(() => clock.advance(1), /a delayed call cannot advance the clock that runs it/);
    const again = (): void => void clock.callLater(0, again);
    again();
    assert.throws(() => clock.advance(1), /create each other without a delay, endlessly, at 1 ms/);
  });

  test('R41 wallClock goes along from where it begins', () => {
    const clock = new Clock({ wallClock: 1_000_000 });
    assert.equal(clock.wallClock(), 1_000_000);
    clock.advance(250);
    assert.equal(clock.wallClock(), 1_000_250);
    assert.equal(new Clock().wallClock(), 0);
  });

  test('R41 random gives the same numbers for the same seed', () => {
    const drawn = (clock: Clock): number[] => Array.from({ length: 20 }, () => clock.random());
    assert.deepEqual(drawn(new Clock()), drawn(new Clock({ seed: 1 })));
    assert.notDeepEqual(drawn(new Clock()), drawn(new Clock({ seed: 2 })));
    const many = Array.from({ length: 50 }, (_, seed) => drawn(new Clock({ seed }))).flat();
    assert.ok(many.every((number) => number >= 0 && number < 1));
  });
});
