import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { NodeBackend } from '../../src/backends/node/node.ts';
import { commitOf } from '../../src/sim/commit.ts';
import { DAY } from './scenarios/day.ts';
import { SCENES } from './scenarios/scenes.ts';

/** A thousand seeds in all that stay the same, and a thousand that each commit has of its own; before a commit 100 of both. */
const SEEDS = Math.ceil((FULL ? 1000 : 100) / SCENES.length);
const commit = await commitOf(new NodeBackend().surroundings);
const numbers = Array.from({ length: SEEDS }, (_, at) => at + 1);
const seeds = [...numbers, ...numbers.map((number) => `${commit}/${number}`)];

describe('scenarios', () => {
  for (const { name, options, play } of SCENES) {
    test(name, async () => {
      const { seeds: played } = await simulate({ ...options, seeds }, play);
      assert.ok(played === seeds.length || played === 1);
    });
  }

  test(DAY.name, async () => {
    await simulate({ ...DAY.options, twice: 1, seeds: FULL ? [1, `${commit}/1`] : [1] }, DAY.play);
  });
});
