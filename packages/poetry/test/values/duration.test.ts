import assert from 'node:assert/strict';
import { it } from 'node:test';
import { duration } from '../../src/values/duration.ts';

const DAY = 86_400_000;
const CASES: readonly [number, string][] = [
  [0, '0:00:00'],
  [0.0004, '0:00:00'],
  [0.001, '0:00:00.000001'],
  [10_126.361, '0:00:10.126361'],
  [10_000, '0:00:10'],
  [59_999.9999, '0:01:00'],
  [3_723_000.5, '1:02:03.000500'],
  [DAY - 0.001, '23:59:59.999999'],
  [DAY, '1 day, 0:00:00'],
  [2 * DAY + 36_000_000, '2 days, 10:00:00'],
];

it('prints a length of time as Python does', () => {
  for (const [ms, text] of CASES) assert.equal(duration(ms), text);
});
