import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Linger, Lingers } from '../../src/engine/linger.ts';
import { Timers } from '../../src/time/timers.ts';
import { FakeBackend } from '../fake-backend.ts';

/** How late the end of a wait may be noticed, in milliseconds. */
const GRAIN = 100;

/** Waits that go as those of connections do: one that ends, or is cancelled, leaves. */
class Waits {
  readonly backend: FakeBackend = new FakeBackend(1000);
  readonly lingers: Lingers = new Lingers(new Timers(this.backend.clock, (task) => task()));
  /** Which wait ended, and when. */
  readonly ended: [name: string, time: number][] = [];

  begin(name: string, idleMs: number, mostMs: number): Linger {
    const linger: Linger = new Linger(this.backend.time, idleMs, mostMs, () => {
      this.ended.push([name, this.backend.time]);
      this.lingers.remove(linger);
    });
    this.lingers.add(linger);
    return linger;
  }
}

describe('Linger', () => {
  test('R5 it ends when nothing is heard for the idle time', () => {
    const waits = new Waits();
    waits.begin('a', 5000, 30_000);
    waits.backend.advance(4999);
    assert.deepEqual(waits.ended, []);
    waits.backend.advance(1);
    assert.deepEqual(waits.ended, [['a', 6000]]);
    assert.equal(waits.backend.alarmAt, undefined);
  });

  test('R5 input moves the end', () => {
    const waits = new Waits();
    const linger = waits.begin('a', 5000, 30_000);
    waits.backend.advance(4000);
    linger.heard(waits.backend.time);
    waits.backend.advance(4999);
    assert.deepEqual(waits.ended, []);
    waits.backend.advance(1);
    assert.deepEqual(waits.ended, [['a', 10_000]]);
  });

  test('R5 it ends after the longest time, however much is heard', () => {
    const waits = new Waits();
    const linger = waits.begin('a', 5000, 30_000);
    for (let heard = 0; heard < 40; heard += 1) {
      waits.backend.advance(1000);
      linger.heard(waits.backend.time);
    }
    assert.deepEqual(waits.ended, [['a', 31_000]]);
  });

  test('the longest time bounds a longer idle time', () => {
    const waits = new Waits();
    waits.begin('a', 5000, 100);
    waits.backend.advance(200);
    assert.deepEqual(waits.ended, [['a', 1100]]);
  });

  test('R25 one that leaves never ends, and the last one to leave switches the alarm off', () => {
    const waits = new Waits();
    const [a, b] = [waits.begin('a', 10, 1000), waits.begin('b', 20, 1000)];
    waits.lingers.remove(a);
    assert.notEqual(waits.backend.alarmAt, undefined);
    waits.lingers.remove(b);
    assert.equal(waits.backend.alarmAt, undefined);
    waits.backend.advance(5000);
    assert.deepEqual(waits.ended, []);
  });

  test('a wait that joins with a sooner end is not late', () => {
    const waits = new Waits();
    waits.begin('late', 5000, 30_000);
    waits.begin('soon', 50, 30_000);
    waits.backend.advance(50);
    assert.deepEqual(waits.ended, [['soon', 1050]]);
    waits.backend.advance(5000);
    assert.deepEqual(waits.ended.at(-1), ['late', 6000]);
  });

  test('with a time of 0 it ends in the next turn, not in the call', () => {
    const waits = new Waits();
    waits.begin('a', 0, 30_000);
    assert.deepEqual(waits.ended, []);
    waits.backend.advance(0);
    assert.deepEqual(waits.ended, [['a', 1000]]);
  });

  test('either time may be Infinity', () => {
    const waits = new Waits();
    waits.begin('idle', Number.POSITIVE_INFINITY, 200);
    waits.begin('most', 200, Number.POSITIVE_INFINITY);
    waits.backend.advance(1000);
    assert.deepEqual(
      new Map(waits.ended),
      new Map([
        ['idle', 1200],
        ['most', 1200],
      ]),
    );
  });

  test('with both times Infinity it never ends, and sets no alarm', () => {
    const waits = new Waits();
    const forever = waits.begin('forever', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    forever.heard(1000);
    assert.equal(waits.backend.alarms, 0);
    waits.begin('a', 10, 10);
    waits.backend.advance(1e9);
    assert.deepEqual(waits.ended, [['a', 1010]]);
    assert.equal(waits.backend.alarmAt, undefined);
    waits.lingers.remove(forever);
  });

  test('R5 for any waits and any input, each ends once, never early and at most 100 ms late', () => {
    const time = fc.integer({ min: 0, max: 1000 });
    const move = fc.oneof(
      fc.record({ kind: fc.constant('begin' as const), idleMs: time, mostMs: time }),
      fc.record({ kind: fc.constant('hear' as const), which: fc.nat(9) }),
      fc.record({ kind: fc.constant('pass' as const), ms: time }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30, size: 'max' }), (moves) => {
        const waits = new Waits();
        const rules: { linger: Linger; deadline: number; idleMs: number; end: number }[] = [];
        for (const move of moves) {
          const now = waits.backend.time;
          if (move.kind === 'pass') waits.backend.advance(move.ms);
          else if (move.kind === 'begin') {
            const { idleMs, mostMs } = move;
            const linger = waits.begin(`${rules.length}`, idleMs, mostMs);
            rules.push({ linger, idleMs, end: now + mostMs, deadline: now + Math.min(idleMs, mostMs) });
          } else {
            const rule = rules[move.which];
            // What is over already is late, not saved.
            if (rule === undefined || rule.deadline <= now) continue;
            rule.linger.heard(now);
            rule.deadline = Math.min(now + rule.idleMs, rule.end);
          }
        }
        waits.backend.advance(5000);
        assert.equal(waits.ended.length, rules.length);
        for (const [name, time] of waits.ended) {
          const deadline = rules[Number(name)]?.deadline ?? Number.NaN;
          assert.ok(time >= deadline && time <= deadline + GRAIN, `${name}: ${time} for ${deadline}`);
        }
        assert.equal(new Set(waits.ended.map(([name]) => name)).size, rules.length);
        assert.equal(waits.backend.alarmAt, undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the cost of Lingers', () => {
  test('input sets no alarm', () => {
    const waits = new Waits();
    const linger = waits.begin('a', 5000, 30_000);
    for (let heard = 0; heard < 10_000; heard += 1) linger.heard(waits.backend.time);
    assert.equal(waits.backend.alarms, 1);
  });

  test('100,000 waits that come and go beside one that stays set one alarm', () => {
    const waits = new Waits();
    waits.begin('stays', 5000, 30_000);
    for (let count = 0; count < 100_000; count += 1) waits.lingers.remove(waits.begin('goes', 5000, 30_000));
    assert.equal(waits.backend.alarms, 1);
  });

  test('1,000 waits that end in turn are swept together', () => {
    const waits = new Waits();
    for (let count = 0; count < 1000; count += 1) waits.begin(`${count}`, 5000 + count, 30_000);
    waits.backend.advance(7000);
    assert.equal(waits.ended.length, 1000);
    assert.ok(waits.backend.rings <= 12, `${waits.backend.rings} rings`);
  });
});
