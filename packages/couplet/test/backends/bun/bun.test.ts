import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reactor } from 'couplet';
import { BunBackend } from 'couplet/bun';
import { runtime } from 'couplet-test/runtime';

describe('BunBackend', () => {
  test('says on another runtime that it needs Bun', { skip: runtime === 'bun' && 'this is Bun' }, () => {
    assert.throws(() => new BunBackend(), /^Error: BunBackend needs Bun, and this is another runtime: use NodeBackend/);
  });

  test('RT-11 is what the package takes here, and nowhere else', () => {
    assert.equal(reactor.inspect().runtime === 'bun', runtime === 'bun');
  });
});
