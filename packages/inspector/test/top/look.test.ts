import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keystrokesOf } from '../../src/top/keystroke.ts';
import type { Around, Look } from '../../src/top/look.ts';
import { pressed } from '../../src/top/look.ts';

const LOOK: Look = { sort: 'id', descending: false, filter: '', paused: false, first: 0, most: 200 };
const PROCESSES = [
  { slot: 0, generation: 1, pid: 11, shown: true },
  { slot: 1, generation: 1, pid: 12, shown: false },
];
const AROUND: Around = { rows: 50, room: 20, processes: PROCESSES };

/** The look after all that was typed; undefined once it ends. */
function typed(text: string, look: Look = LOOK): Look | undefined {
  return keystrokesOf(text).reduce<Look | undefined>((before, key) => before && pressed(before, key, AROUND), look);
}

describe('keys', () => {
  test('are characters and what terminals send for the others', () => {
    assert.deepEqual(keystrokesOf('q\u001b[A\u001b[6~\r\u007f诗\u0003'), [
      { character: 'q' },
      'up',
      'pageDown',
      'enter',
      'erase',
      { character: '诗' },
      'interrupt',
    ]);
    assert.deepEqual(keystrokesOf('\u001b'), ['escape']);
  });

  test('of other kinds are left out', () => {
    assert.deepEqual(keystrokesOf('\u001b[1;5C\u001b[24~\u001bOP\u001bx\u0001a'), [{ character: 'a' }]);
  });
});

describe('the look', () => {
  test('q and Ctrl-C end it, Ctrl-C also while the filter is typed', () => {
    for (const text of ['q', '\u0003', '/q\u0003']) assert.equal(typed(text), undefined);
    assert.equal(typed('/q')?.draft, 'q');
  });

  test('s and S go through the columns; numbers begin with the largest', () => {
    assert.deepEqual([typed('s')?.sort, typed('s')?.descending], ['peer', false]);
    assert.deepEqual([typed('S')?.sort, typed('S')?.descending], ['age', true]);
    assert.equal(typed('sS')?.sort, 'id');
    assert.equal(typed('s'.repeat(14))?.sort, 'id');
    assert.equal(typed('r')?.descending, true);
  });

  test('/ asks for a filter: Enter takes it, Escape does not', () => {
    assert.deepEqual(typed('/sloq\u007fw\r'), { ...LOOK, filter: 'slow' });
    assert.deepEqual(typed('/slow\r/x\u001b'), { ...LOOK, filter: 'slow' });
    assert.deepEqual(typed('/slow\r/\u0015\r'), LOOK);
  });

  test('arrows scroll as far as there are rows', () => {
    assert.equal(typed('\u001b[A')?.first, 0);
    assert.equal(typed('\u001b[B\u001b[B')?.first, 2);
    assert.equal(typed('\u001b[6~\u001b[6~\u001b[6~')?.first, 30);
    assert.equal(typed('\u001b[F\u001b[5~')?.first, 10);
    assert.equal(typed('\u001b[F\u001b[H')?.first, 0);
  });

  test('p pauses, n goes to the next process, other keys change nothing', () => {
    assert.equal(typed('p')?.paused, true);
    assert.equal(typed('pp')?.paused, false);
    assert.deepEqual(typed('n')?.process, PROCESSES[1]);
    assert.deepEqual(typed('x\r\u001b'), LOOK);
  });
});
