import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { Lookups } from '../../src/reactor/lookups.ts';
import { settled } from '../tended.ts';

describe('Lookups', () => {
  test('those above the bound wait for their turn, in order; one that fails makes room too', async () => {
    const lookups = new Lookups(new Clock(), 2);
    const begun: number[] = [];
    const answers: { readonly resolve: () => void; readonly reject: () => void }[] = [];
    for (let number = 0; number < 5; number += 1)
      lookups.join(async () => {
        begun.push(number);
        await new Promise<void>((resolve, reject) => answers.push({ resolve, reject })).catch(() => {});
      });
    assert.deepEqual(begun, [0, 1]);
    answers[1]?.reject();
    await settled();
    assert.deepEqual(begun, [0, 1, 2]);
    answers[0]?.resolve();
    answers[2]?.resolve();
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  });

  test('one that is taken back while it waits does not begin, and later changes nothing', async () => {
    const lookups = new Lookups(new Clock(), 1);
    const begun: string[] = [];
    let answer = (): void => {};
    const join = (name: string): (() => void) =>
      lookups.join(() => {
        begun.push(name);
        return new Promise<void>((resolve) => {
          answer = resolve;
        });
      });
    const takeBack = join('first');
    join('second')();
    join('third');
    takeBack();
    assert.deepEqual(begun, ['first']);
    answer();
    await settled();
    assert.deepEqual(begun, ['first', 'third']);
  });

  test('one that is over when the timers are gone, as after a stop, makes room all the same', async () => {
    const clock = new Clock();
    const lookups = new Lookups(clock, 1);
    const begun: string[] = [];
    let answer = (): void => {};
    for (const name of ['first', 'second'])
      lookups.join(() => {
        begun.push(name);
        return new Promise<void>((resolve) => {
          answer = resolve;
        });
      });
    for (const call of clock.getDelayedCalls()) call.cancel();
    answer();
    await settled();
    assert.deepEqual(begun, ['first', 'second']);
  });

  test('one that never ends counts for a minute, and once', async () => {
    const clock = new Clock();
    const lookups = new Lookups(clock, 1);
    const begun: number[] = [];
    const answers: (() => void)[] = [];
    for (let number = 0; number < 4; number += 1)
      lookups.join(() => {
        begun.push(number);
        return new Promise<void>((resolve) => answers.push(resolve));
      });
    clock.advance(59_999);
    assert.deepEqual(begun, [0]);
    clock.advance(1);
    assert.deepEqual(begun, [0, 1]);
    // Too late: it has been counted out.
    answers[0]?.();
    await settled();
    assert.deepEqual(begun, [0, 1]);
    answers[1]?.();
    await settled();
    assert.deepEqual([begun, clock.getDelayedCalls().length], [[0, 1, 2], 1]);
  });

  test('the bound is a whole number of at least 1', () => {
    for (const max of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Lookups(new Clock(), max), /^RangeError: max /);
  });
});
