import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detailsOf } from '../../src/values/details.ts';

describe('R44 the details of an object', () => {
  test('are printable lines, at most 20 of 200 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`n${index}`, index]));
    assert.equal(Object.keys(detailsOf({ describe: () => many }) ?? {}).length, 20);
    assert.deepEqual(detailsOf({ describe: () => ({ a: 'x'.repeat(300), 'b\n': 'one\r\ntwo\u202e' }) }), {
      a: 'x'.repeat(200),
      'b\\n': 'one\\u000d\\ntwo\\u202e',
    });
  });

  test('are absent where there are none', () => {
    for (const one of [{}, { describe: () => ({}) }, { describe: () => null as never }, { describe: () => 7 as never }])
      assert.equal(detailsOf(one), undefined);
  });

  test('show the error that describe throws, whatever it is', () => {
    const thrown = (error: unknown): object => ({
      describe: () => {
        throw error;
      },
    });
    assert.deepEqual(detailsOf(thrown(new RangeError('no\nrhyme'))), { error: 'RangeError: no\\nrhyme' });
    assert.deepEqual(detailsOf(thrown(Object.create(null))), {
      error: 'describe threw something that cannot be printed',
    });
  });
});
