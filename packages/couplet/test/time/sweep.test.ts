import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sweep } from '../../src/time/sweep.ts';
import { Timers } from '../../src/time/timers.ts';
import { FakeBackend } from '../fake-backend.ts';

/** A deadline that does what a test wants when its time has come. */
class Alarm {
  previous: Alarm | undefined;
  next: Alarm | undefined;
  deadline: number;
  over: () => void = () => {};
  constructor(deadline: number) {
    this.deadline = deadline;
  }
}

function setUp(): { backend: FakeBackend; sweep: Sweep<Alarm>; rung: number[]; add: (deadline: number) => Alarm } {
  const backend = new FakeBackend();
  const sweep = new Sweep<Alarm>(new Timers(backend.clock, (task) => task()), 100);
  const rung: number[] = [];
  const add = (deadline: number): Alarm => {
    const alarm = new Alarm(deadline);
    alarm.over = () => {
      rung.push(deadline);
      sweep.remove(alarm);
    };
    sweep.add(alarm);
    return alarm;
  };
  return { backend, sweep, rung, add };
}

describe('Sweep', () => {
  test('one whose time has come may take others out, of which none is told then, and none is forgotten', () => {
    const { backend, sweep, rung, add } = setUp();
    const [last, out, first] = [add(10), add(10), add(10)];
    const later = add(300);
    first.over = () => {
      rung.push(0);
      for (const alarm of [first, out, later]) sweep.remove(alarm);
    };
    backend.advance(1000);
    assert.deepEqual(rung, [0, 10]);
    assert.equal(last.deadline, Number.POSITIVE_INFINITY);
    assert.equal(backend.alarmAt, undefined);
  });

  test('one whose time has come may move it, and take in others', () => {
    const { backend, rung, add } = setUp();
    const moved = add(10);
    const { over } = moved;
    moved.over = () => {
      moved.deadline = 500;
      moved.over = over;
      add(20);
    };
    backend.advance(200);
    assert.deepEqual(rung, [20]);
    backend.advance(300);
    assert.deepEqual(rung, [20, 10]);
    assert.equal(backend.alarmAt, undefined);
  });

  test('sweeps are apart, whatever comes in between, and nothing is told before its time', () => {
    const { backend, rung, add } = setUp();
    const late: number[] = [];
    for (let passed = 0; passed < 1000; passed += 1) {
      const deadline = backend.time + 1;
      const alarm = add(deadline);
      const { over } = alarm;
      alarm.over = () => {
        late.push(backend.time - deadline);
        over();
      };
      backend.advance(1);
    }
    backend.advance(100);
    assert.equal(rung.length, 1000);
    assert.ok(backend.rings <= 11, `${backend.rings} sweeps in a second`);
    assert.ok(
      Math.min(...late) >= 0 && Math.max(...late) <= 100,
      `${Math.min(...late)} to ${Math.max(...late)} ms late`,
    );
    assert.equal(backend.alarmAt, undefined);
  });
});
