import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_QUERY, type FrameQuery, readQuery, writeQuery } from 'couplet-inspector';
import fc from 'fast-check';
import { SORT_KEYS, VIEW_NAMES } from '../../src/values/query.ts';

describe('the query of a frame', () => {
  test('is the default where a request says nothing', () => {
    assert.deepEqual(readQuery(new URLSearchParams()), DEFAULT_QUERY);
    // For a source that has several processes.
    assert.deepEqual(readQuery(new URLSearchParams('worker=3')), DEFAULT_QUERY);
    assert.equal(String(writeQuery(DEFAULT_QUERY)), '');
  });

  test('is read as it was written', () => {
    const queries: fc.Arbitrary<FrameQuery> = fc.record(
      {
        view: fc.constantFrom(...VIEW_NAMES),
        sort: fc.constantFrom(...SORT_KEYS),
        descending: fc.boolean(),
        filter: fc.string(),
        limit: fc.integer({ min: 1, max: 200 }),
        offset: fc.integer({ min: 0, max: 1_000_000 }),
        every: fc.integer({ min: 2, max: 50 }).map((tenths) => tenths / 10),
        id: fc.integer({ min: 1, max: 1_000_000 }),
      },
      { requiredKeys: ['view', 'sort', 'descending', 'filter', 'limit', 'offset', 'every'] },
    );
    fc.assert(
      fc.property(queries, (query) => {
        assert.deepEqual(readQuery(new URLSearchParams(String(writeQuery(query)))), { ...query });
      }),
    );
  });

  const wrong: Readonly<Record<string, string>> = {
    'view=top': "view is 'top', not one of reactor, connections, timeline, events",
    'sort=size': `sort is 'size', not one of ${SORT_KEYS.join(', ')}`,
    'descending=1': "descending is '1', not one of true, false",
    'limit=0': "limit is '0', not a whole number from 1 to 200",
    'limit=201': "limit is '201', not a whole number from 1 to 200",
    'limit=': "limit is '', not a whole number from 1 to 200",
    'offset=-1': "offset is '-1', not a whole number from 0 to 1000000",
    'every=0.1': "every is '0.1', not a number of seconds from 0.2 to 5",
    'every=1e0': "every is '1e0', not a number of seconds from 0.2 to 5",
    'id=0x7': `id is '0x7', not a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
    [`id=${'9'.repeat(50)}`]: `id is '${'9'.repeat(40)}...', not a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
  };

  for (const [text, message] of Object.entries(wrong))
    test(`'${text}' is refused, and what would be right is said`, () => {
      assert.throws(() => readQuery(new URLSearchParams(text)), { name: 'RangeError', message });
    });
});
