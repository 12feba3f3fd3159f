import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hashesOf } from './traces.ts';

test('RT-9: the same seed gives the same trace again, and the one that is committed, on every runtime', async () => {
  const once = await hashesOf();
  assert.deepEqual(await hashesOf(), once);
  // What changes the engine may change these: `npm run simulate -- hashes` writes them anew.
  const committed: unknown = JSON.parse(readFileSync('packages/couplet/test/sim/hashes.json', 'utf8'));
  assert.deepEqual(once, committed);
});
