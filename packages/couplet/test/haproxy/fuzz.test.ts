import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fate, playHeader } from './fuzz.ts';

test('R38 of 20,000 mutated headers none names an address that it does not have', () => {
  const fates: Record<Fate, number> = { accepted: 0, malformed: 0, unfinished: 0, untrusted: 0 };
  for (let number = 1; number <= 20_000; number += 1) fates[playHeader(number)] += 1;
  for (const [fate, count] of Object.entries(fates)) assert.ok(count > 200, `${count} are ${fate}`);
});
