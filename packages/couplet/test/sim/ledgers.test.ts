import { describe, test } from 'node:test';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { surroundings } from '../../src/backends/node/surroundings.ts';
import { commitOf } from '../../src/sim/commit.ts';
import { LEDGERS } from './scenarios/ledgers.ts';

/** Some that stay the same, and as many that each commit has of its own; `npm run simulate` plays thousands. */
const numbers = Array.from({ length: FULL ? 50 : 20 }, (_, at) => at + 1);
const commit = await commitOf(surroundings);
const seeds = [...numbers, ...numbers.map((number) => `${commit}/${number}`)];

describe('ledgers', () => {
  for (const { name, options, play } of LEDGERS) {
    test(name, async () => {
      await simulate({ ...options, seeds }, play);
    });
  }
});
