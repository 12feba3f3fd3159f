import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linesOf, type Progress } from '../../src/terminal/live-lines.ts';

const ROOM = { columns: 80, rows: 24, colours: false };

function progress(over: Partial<Progress>): Progress {
  const address = '127.0.0.1:10000';
  return { task: 1, address, standing: 'receiving', bytes: 0, expected: undefined, rate: undefined, moves: 0, ...over };
}

function lineOf(over: Partial<Progress>): string {
  return linesOf([progress(over)], ROOM)[0] ?? '';
}

describe('a line of the live block', () => {
  test('C-2: has the task, a bar, what has come, how fast, and how it stands', () => {
    assert.equal(
      lineOf({ bytes: 310, expected: 620, rate: 5100 }),
      'Task 1 ████░░░░    310 B  50 %   5.1 kB/s  receiving  127.0.0.1:10000',
    );
    assert.equal(lineOf({ standing: 'waiting' }), 'Task 1 ░░░░░░░░      0 B             waiting    127.0.0.1:10000');
    assert.equal(
      lineOf({ standing: 'done', bytes: 2957, rate: 297 }),
      'Task 1 ████████   3.0 kB    297 B/s  done       127.0.0.1:10000',
    );
  });

  test('does not claim to know how much is missing: where the length is not known, a part of the bar moves', () => {
    const bars = [0, 1, 6, 7].map((moves) => lineOf({ bytes: 310, moves }).slice(7, 15));
    assert.deepEqual(bars, ['██░░░░░░', '░██░░░░░', '░░░░░░██', '██░░░░░░']);
    assert.doesNotMatch(lineOf({ bytes: 310 }), /%/);
    assert.match(lineOf({ bytes: 310, standing: 'failed' }), /^Task 1 ░{8} +310 B .* failed/);
  });

  test('is never full before the end, and not longer than the bar after it', () => {
    assert.match(lineOf({ bytes: 619, expected: 620 }), /█{7}░ +619 B {2}99 %/);
    assert.match(lineOf({ bytes: 1240, expected: 620 }), /█{8} +1.2 kB 200 %/);
    assert.match(lineOf({ bytes: 0, expected: 0, standing: 'done' }), /█{8} {6}0 B /);
  });

  test('has amounts of at most four digits', () => {
    const amounts = [0, 999, 1000, 9960, 99_949, 99_950, 999_499, 999_500, 64 * 2 ** 20, 1e13];
    const shown = amounts.map((bytes) => /[█░] +(\S+ \S+)/.exec(lineOf({ bytes }))?.[1]);
    assert.deepEqual(shown, [
      '0 B',
      '999 B',
      '1.0 kB',
      '10.0 kB',
      '99.9 kB',
      '100 kB',
      '999 kB',
      '1.0 MB',
      '67.1 MB',
      '10000 GB',
    ]);
  });

  test('leaves out what has no room instead of cutting an amount or an address', () => {
    const one = progress({ bytes: 1100, rate: 297 });
    const lines = [80, 59, 44, 32, 24, 12].map((columns) => linesOf([one], { ...ROOM, columns })[0]?.trimEnd());
    assert.deepEqual(lines, [
      'Task 1 ██░░░░░░   1.1 kB    297 B/s  receiving  127.0.0.1:10000',
      'Task 1 ██░░░░░░   1.1 kB    297 B/s  receiving  127.0.0.1…',
      'Task 1   1.1 kB    297 B/s  receiving',
      'Task 1   1.1 kB  receiving',
      'Task 1 receiving',
      'Task 1',
    ]);
  });

  test('is never as wide as the terminal, also with wide characters, and has no colour unless asked', () => {
    for (const columns of [1, 7, 20, 40, 63, 80, 200]) {
      const narrow = linesOf([progress({ address: '诗'.repeat(80) })], { ...ROOM, columns });
      const width = [...(narrow[0] ?? '')].reduce((sum, character) => sum + (character === '诗' ? 2 : 1), 0);
      assert.ok(width < columns, `${columns}: ${narrow[0]}`);
    }
    const esc = String.fromCharCode(27);
    assert.ok(!lineOf({ bytes: 1 }).includes(esc));
    assert.ok(linesOf([progress({ bytes: 1 })], { ...ROOM, colours: true })[0]?.startsWith(`${esc}[36mTask 1 `));
  });
});

test('a block of more tasks than rows shows those that receive, and how many others there are', () => {
  const all = Array.from({ length: 30 }, (_, at) =>
    progress({ task: at + 1, standing: at === 27 ? 'receiving' : 'waiting' }),
  );
  const lines = linesOf(all, { ...ROOM, rows: 5 });
  assert.deepEqual(
    lines.map((line) => /^Task +\d+|^\.\.\. .*/.exec(line)?.[0]),
    ['Task  1', 'Task  2', 'Task 28', '... and 27 more'],
  );
});
