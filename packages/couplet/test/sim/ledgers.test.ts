import { describe, test } from 'node:test';
import { simulate } from 'couplet/sim';
import { commit } from '../../src/backends/node/outside.ts';
import { LEDGERS } from './scenarios/ledgers.ts';

/** Some that stay the same, and as many that each commit has of its own; `npm run simulate` plays thousands. */
const numbers = Array.from({ length: 50 }, (_, at) => at + 1);
const seeds = [...numbers, ...numbers.map((number) => `${commit()}/${number}`)];

describe('ledgers', () => {
  for (const { name, options, play } of LEDGERS) {
    test(name, async () => {
      await simulate({ ...options, seeds }, play);
    });
  }
});
