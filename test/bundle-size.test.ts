import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bundled, sizesOf } from 'couplet-bench/bundles';

describe('the size of a bundle of what is built', () => {
  for (const { name, most, text } of Object.values(bundled)) {
    test(`${name} has at most ${most} bytes`, async (t) => {
      const sizes = await sizesOf(text);
      t.diagnostic(JSON.stringify(sizes));
      for (const [bundler, size] of Object.entries(sizes)) assert.ok(size <= most, `${bundler}: ${size} bytes`);
    });
  }
});
