import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CALM } from '../../src/sim/conditions.ts';
import { Lane, Route } from '../../src/sim/route.ts';
import { Schedule } from '../../src/sim/schedule.ts';
import { Trace } from '../../src/sim/trace.ts';
import { Dice } from '../../src/time/dice.ts';

describe('Dice', () => {
  test('the same seed gives the same numbers, on every runtime', () => {
    const numbers = (seed: string): number[] => {
      const dice = new Dice(seed);
      return Array.from({ length: 4 }, () => dice.whole(0, 999_999));
    };
    assert.deepEqual(numbers('1'), [450595, 744559, 125616, 137273]);
    assert.notDeepEqual(numbers('1'), numbers('2'));
  });

  test('stays within its bounds, and reaches all of them', () => {
    const dice = new Dice('bounds');
    const seen = new Set(Array.from({ length: 1000 }, () => dice.whole(-2, 3)));
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [-2, -1, 0, 1, 2, 3],
    );
    for (let count = 0; count < 1000; count += 1) {
      const number = dice.between(5, 6);
      assert.ok(number >= 5 && number < 6);
    }
    const heads = Array.from({ length: 10_000 }, () => dice.chance(0.3)).filter(Boolean).length;
    assert.ok(heads > 2700 && heads < 3300, `${heads} of 10,000`);
    assert.deepEqual(new Set(Array.from({ length: 100 }, () => dice.pick(['a', 'b']))), new Set(['a', 'b']));
  });
});

describe('Schedule', () => {
  test('things happen in the order of their times, those of one time in the order of asking; what is cancelled does not', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 100 }), (asked) => {
        const schedule = new Schedule();
        const happened: number[] = [];
        const happenings = asked.map(([time], at) => schedule.at(time, () => happened.push(at)));
        for (const [at, [, cancelled]] of asked.entries()) if (cancelled) schedule.cancel(happenings[at]);
        while (schedule.step());
        const due = [...asked.keys()].filter((at) => asked[at]?.[1] === false);
        assert.deepEqual(
          happened,
          due.sort((a, b) => (asked[a]?.[0] ?? 0) - (asked[b]?.[0] ?? 0) || a - b),
        );
        assert.equal(schedule.empty, true);
      }),
    );
  });

  test('time jumps to what happens next, and never back', () => {
    const schedule = new Schedule();
    const times: number[] = [];
    schedule.after(5, () => {
      schedule.at(1, () => times.push(schedule.now));
      schedule.after(0.5, () => times.push(schedule.now));
    });
    while (schedule.step());
    assert.deepEqual([times, schedule.happened], [[5, 5.5], 3]);
  });
});

describe('Route', () => {
  test('what belongs to one lane keeps its order under jitter; lanes overtake each other', () => {
    const schedule = new Schedule();
    const route = new Route(schedule, new Dice('lanes'), { ...CALM, jitterMs: 100 });
    const lanes = [new Lane(route), new Lane(route)];
    const arrived: string[] = [];
    for (let count = 0; count < 50; count += 1) {
      for (const [at, lane] of lanes.entries()) lane.send(1, () => arrived.push(`${at}:${count}`));
    }
    while (schedule.step());
    for (const own of ['0', '1']) {
      const counts = arrived.filter((one) => one.startsWith(own)).map((one) => Number(one.slice(2)));
      assert.deepEqual(
        counts,
        Array.from({ length: 50 }, (_, at) => at),
      );
    }
    assert.notDeepEqual(
      arrived.map((one) => one[0]),
      Array.from({ length: 100 }, (_, at) => String(at % 2)),
    );
  });

  test('two blocks need two that lift them', () => {
    const schedule = new Schedule();
    const route = new Route(schedule, new Dice('blocks'), CALM);
    let arrived = 0;
    route.block();
    route.block();
    new Lane(route).send(1, () => {
      arrived += 1;
    });
    route.unblock();
    while (schedule.step());
    assert.deepEqual([arrived, route.blocked], [0, true]);
    route.unblock();
    while (schedule.step());
    assert.deepEqual([arrived, route.blocked], [1, false]);
  });

  test('a piece has at least a byte and at most a segment', () => {
    const route = new Route(new Schedule(), new Dice('pieces'), { ...CALM, segmentBytes: 10 });
    for (let bytes = 1; bytes < 100; bytes += 1) {
      const piece = route.pieceOf(bytes);
      assert.ok(piece >= 1 && piece <= Math.min(10, bytes));
    }
  });
});

describe('Trace', () => {
  test('keeps the last 400 lines, and a hash of all, in which order and cut count', () => {
    const hashOf = (...lines: string[]): string => {
      const trace = new Trace();
      for (const line of lines) trace.add(line);
      return trace.hash;
    };
    assert.equal(hashOf('a', 'b'), hashOf('a', 'b'));
    assert.equal(new Set([hashOf('a', 'b'), hashOf('b', 'a'), hashOf('ab'), hashOf('a'), hashOf()]).size, 5);
    const trace = new Trace();
    const heard: string[] = [];
    trace.listener = (line) => heard.push(line);
    for (let count = 0; count < 1000; count += 1) trace.add(String(count));
    assert.deepEqual([trace.last.length, trace.last[0], trace.last.at(-1)], [400, '600', '999']);
    assert.deepEqual([trace.count, heard.length], [1000, 1000]);
  });
});
