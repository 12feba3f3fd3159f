import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { town } from './world.ts';

describe('a town: every kind of protocol and policy in one world', () => {
  for (const [profile, seeds] of [
    ['calm', 3],
    ['rough', FULL ? 60 : 20],
    ['storm', FULL ? 60 : 20],
  ] as const) {
    test(`rows 3, 5, 7, 8, 10, 16, 17: whatever happens, all errands are done in the end (${profile})`, async () => {
      const simulated = await simulate({ seeds, profile, patienceMs: 3_600_000 }, town);
      assert.equal(simulated.seeds, seeds);
    });
  }
});
