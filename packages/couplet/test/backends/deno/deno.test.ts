import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reactor } from 'couplet';
import { DenoBackend } from 'couplet/deno';
import { runtime } from 'couplet-test/runtime';

describe('DenoBackend', () => {
  test('says on another runtime that it needs Deno', { skip: runtime === 'deno' && 'this is Deno' }, () => {
    assert.throws(
      () => new DenoBackend(),
      /^Error: DenoBackend needs Deno, and this is another runtime: use NodeBackend/,
    );
  });

  test('RT-11 is what the package takes here, and nowhere else', () => {
    assert.equal(reactor.inspect().runtime === 'deno', runtime === 'deno');
  });
});
