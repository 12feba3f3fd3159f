import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boundsOf } from '../src/protocol/connection-options.ts';

describe('boundsOf', () => {
  test('R5 R15 fills in what is not set', () => {
    const bounds = { maxWriteBufferBytes: Number.POSITIVE_INFINITY, lingerTimeoutMs: 5000, lingerMaxMs: 30_000 };
    assert.deepEqual(boundsOf({}), bounds);
    assert.deepEqual(boundsOf({ maxWriteBufferBytes: 0, lingerTimeoutMs: 0, lingerMaxMs: 0 }), {
      maxWriteBufferBytes: 0,
      lingerTimeoutMs: 0,
      lingerMaxMs: 0,
    });
  });

  for (const name of ['maxWriteBufferBytes', 'lingerTimeoutMs', 'lingerMaxMs']) {
    test(`${name} that is no number of at least 0 is a RangeError that names it`, () => {
      for (const value of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
        assert.throws(() => boundsOf({ [name]: value }), {
          name: 'RangeError',
          message: `${name} is ${value}, not a number of at least 0`,
        });
      }
    });
  }
});
