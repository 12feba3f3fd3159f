import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Measure, PLANTED } from './measure.ts';

const { COUPLET_SOLUTION } = process.env;
const { check }: typeof import('./solution.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

test('the check accepts the sound protocol', () => {
  check(() => new Measure());
});

PLANTED.forEach(({ make, question }, index) => {
  test(`the check finds bug ${index + 1}: ${question}`, () => {
    assert.throws(() => check(make), `the check has accepted a protocol with a bug. Ask: ${question}`);
  });
});
