import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/configuration/nearest.ts';

const NAMES = ['workers', 'topology', 'accept', 'uid', 'gid', 'name'];

for (const [written, expected] of [
  ['wrokers', 'workers'],
  ['worker', 'workers'],
  ['WORKERS', 'workers'],
  ['tpoology', 'topology'],
  ['except', 'accept'],
  ['uib', 'uid'],
  ['colour', undefined],
  ['x', undefined],
  ['', undefined],
  ['w'.repeat(1000), undefined],
] as const)
  test(`'${written.slice(0, 20)}' is most like ${expected}`, () => assert.equal(nearest(written, NAMES), expected));
