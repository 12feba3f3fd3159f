import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { factsOf } from '../../src/values/details.ts';

describe('R44 the details of an object', () => {
  test('are printable lines, at most 20 of 200 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`n${index}`, index]));
    assert.equal(Object.keys(factsOf({ describe: () => many }) ?? {}).length, 20);
    assert.deepEqual(factsOf({ describe: () => ({ a: 'x'.repeat(300), 'b\n': 'one\r\ntwo\u202e' }) }), {
      a: 'x'.repeat(200),
      'b\\n': 'one\\u000d\\ntwo\\u202e',
    });
  });

  test('are numbers that JSON has, or texts', () => {
    const details = { one: 1.5, none: Number.NaN, all: Number.POSITIVE_INFINITY, big: 2n as never };
    assert.deepEqual(factsOf({ describe: () => details }), { one: 1.5, none: 'NaN', all: 'Infinity', big: '2' });
  });

  test('are absent where there are none', () => {
    for (const one of [{}, { describe: () => ({}) }, { describe: () => null as never }, { describe: () => 7 as never }])
      assert.equal(factsOf(one), undefined);
  });

  test('are not a promise, whose rejection ends nothing', async () => {
    const promised = (): never => Promise.reject(new Error('late')) as never;
    assert.deepEqual(factsOf({ describe: promised }), { error: 'TypeError: describe returned a promise' });
    // A rejection that is not handled would be told before this.
    await new Promise(setImmediate);
  });

  test('show the error that describe throws, whatever it is', () => {
    const thrown = (error: unknown): object => ({
      describe: () => {
        throw error;
      },
    });
    assert.deepEqual(factsOf(thrown(new RangeError('no\nrhyme'))), { error: 'RangeError: no\\nrhyme' });
    assert.deepEqual(factsOf(thrown(Object.create(null))), {
      error: 'describe threw something that cannot be printed',
    });
  });
});
