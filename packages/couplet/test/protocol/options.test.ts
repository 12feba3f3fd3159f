import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boundsOf } from '../../src/protocol/options.ts';

describe('boundsOf', () => {
  test('R5 R15 fills in what is not set', () => {
    const bounds = {
      maxWriteBufferBytes: Number.POSITIVE_INFINITY,
      lingerTimeoutMs: 5000,
      lingerMaxMs: 30_000,
      closeTimeoutMs: Number.POSITIVE_INFINITY,
      admissionTimeoutMs: 5000,
      maxWaiting: 4096,
    };
    assert.deepEqual(boundsOf({}), bounds);
    const given = {
      maxWriteBufferBytes: 0,
      lingerTimeoutMs: 0,
      lingerMaxMs: 0,
      closeTimeoutMs: 0,
      admissionTimeoutMs: 0,
      maxWaiting: 0,
    };
    assert.deepEqual(boundsOf(given), given);
  });

  for (const name of [
    'maxWriteBufferBytes',
    'lingerTimeoutMs',
    'lingerMaxMs',
    'closeTimeoutMs',
    'admissionTimeoutMs',
    'maxWaiting',
  ]) {
    test(`${name} that is no number of at least 0 is a RangeError that names it`, () => {
      for (const value of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
        assert.throws(() => boundsOf({ [name]: value }), {
          name: 'RangeError',
          message: `${name} is ${value}, not a number of at least 0`,
        });
      }
      assert.throws(() => Reflect.apply(boundsOf, undefined, [{ [name]: '5' }]), {
        name: 'RangeError',
        message: `${name} is the string '5', not a number of at least 0`,
      });
    });
  }
});
