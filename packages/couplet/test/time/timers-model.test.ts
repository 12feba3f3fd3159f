import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DelayedCall } from '../../src/time/clock.ts';
import { Timers } from '../../src/time/timers.ts';
import { FakeBackend } from '../fake-backend.ts';

/** What a program does with its calls. `which` counts the calls made so far, around and around. */
type Deed =
  | { readonly kind: 'make'; readonly delay: number; readonly inside: readonly Deed[] }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'reset' | 'delay'; readonly which: number; readonly ms: number };

/** What happens between the events: deeds, time that passes, and the hold. */
type Step =
  | Deed
  | { readonly kind: 'advance' | 'block'; readonly ms: number }
  | { readonly kind: 'hold'; readonly held: boolean }
  | { readonly kind: 'clear' };

const which = fc.nat(30);
/** Few values, so that many calls fall on the same instant. */
const ms = fc.integer({ min: 0, max: 12 });

function deed(depth: number): fc.Arbitrary<Deed> {
  const inside = depth === 0 ? fc.constant([]) : fc.array(deed(depth - 1), { maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('make' as const), delay: ms, inside }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset' as const), which, ms }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('delay' as const), which, ms: fc.integer({ min: -9, max: 12 }) }),
    },
  );
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: deed(2) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('advance' as const, 'block' as const), ms }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold' as const), held: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);

/** A run of a call: which one, and when. */
type Run = readonly [call: number, time: number];

interface ModelCall {
  time: number;
  active: boolean;
  readonly inside: readonly Deed[];
}

/** The same thing without a heap, an alarm or laziness: it looks through a list. */
class Model {
  now = 0;
  readonly calls: ModelCall[] = [];
  readonly runs: Run[] = [];

  act(deed: Deed): void {
    if (deed.kind === 'make') {
      this.calls.push({ time: this.now + deed.delay, active: true, inside: deed.inside });
      return;
    }
    const call = this.calls[deed.which % this.calls.length];
    if (call?.active !== true) return;
    if (deed.kind === 'cancel') call.active = false;
    else call.time = (deed.kind === 'reset' ? this.now : call.time) + deed.ms;
  }

  clear(): void {
    for (const call of this.calls) call.active = false;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.next(); next !== undefined && next.time <= end; next = this.next()) {
      this.now = Math.max(this.now, next.time);
      this.#ring();
    }
    this.now = end;
  }

  block(ms: number): void {
    this.now += ms;
    this.advance(0);
  }

  /** The call that is to run first. */
  next(): ModelCall | undefined {
    let first: ModelCall | undefined;
    for (const call of this.calls) if (call.active && (first === undefined || call.time < first.time)) first = call;
    return first;
  }

  #ring(): void {
    const there = this.calls.length;
    for (let next = this.next(); next !== undefined && next.time <= this.now; next = this.next()) {
      const index = this.calls.indexOf(next);
      if (index >= there) break;
      next.active = false;
      this.runs.push([index, this.now]);
      for (const deed of next.inside) this.act(deed);
    }
  }
}

/** The timers under test, driven by the same deeds. */
class Subject {
  readonly backend: FakeBackend = new FakeBackend();
  readonly timers: Timers = new Timers(this.backend.clock, (task) => task());
  readonly calls: DelayedCall[] = [];
  readonly runs: Run[] = [];

  act(deed: Deed): void {
    if (deed.kind === 'make') {
      const index = this.calls.length;
      const call = this.timers.callLater(deed.delay, () => {
        assert.ok(this.backend.time >= call.getTime(), 'a call ran early');
        assert.equal(call.active, false, 'a call is not active while it runs');
        this.runs.push([index, this.backend.time]);
        for (const next of deed.inside) this.act(next);
      });
      this.calls.push(call);
      return;
    }
    const call = this.calls[deed.which % this.calls.length];
    if (call === undefined) return;
    if (deed.kind === 'cancel') call.cancel();
    else if (call.active) call[deed.kind](deed.ms);
    else assert.throws(() => call[deed.kind](deed.ms), /has run or was cancelled/);
  }
}

describe('Timers and their model', () => {
  test('R24 every sequence of calls runs like the naive model', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const [model, subject] = [new Model(), new Subject()];
        let held = false;
        for (const step of steps) {
          switch (step.kind) {
            case 'advance':
            case 'block':
              model[step.kind](step.ms);
              subject.backend[step.kind](step.ms);
              break;
            case 'hold':
              held = step.held;
              subject.timers.hold(held);
              break;
            case 'clear':
              model.clear();
              subject.timers.clear();
              break;
            default:
              model.act(step);
              subject.act(step);
          }
          assert.deepEqual(subject.runs, model.runs);
          assert.deepEqual(
            subject.calls.map((call) => call.active),
            model.calls.map((call) => call.active),
          );
          for (const [at, { active, time }] of model.calls.entries()) {
            if (active) assert.equal(subject.calls[at]?.getTime(), time);
          }
          // The alarm is on exactly while it is needed, and never set too late.
          const [alarm, first] = [subject.backend.alarmAt, model.next()];
          if (first === undefined) assert.equal(alarm !== undefined, held);
          else assert.ok(alarm !== undefined && alarm <= first.time);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
