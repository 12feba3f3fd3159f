import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Gather } from '../../src/bytes/gather.ts';

const LARGE = 16 * 1024;
const SLAB = 64 * 1024;

/** Chunks of these lengths, each full of its own number. */
function chunksOf(...lengths: number[]): Uint8Array[] {
  return lengths.map((length, at) => new Uint8Array(length).fill(at + 1));
}

describe('Gather', () => {
  test('joins the small chunks in order', () => {
    const { bytes, count } = new Gather().fill(chunksOf(3, 1, 2), 0, LARGE);
    assert.equal(count, 3);
    assert.deepEqual([...bytes], [1, 1, 1, 2, 3, 3]);
  });

  test('begins where it is told', () => {
    const { bytes, count } = new Gather().fill(chunksOf(3, 1, 2), 2, LARGE);
    assert.equal(count, 1);
    assert.deepEqual([...bytes], [3, 3]);
  });

  test('stops before a large chunk', () => {
    const gather = new Gather();
    const chunks = chunksOf(5, LARGE - 1, LARGE, 5);
    assert.equal(gather.fill(chunks, 0, LARGE).count, 2);
    assert.equal(gather.fill(chunks, 2, LARGE).count, 0);
    assert.equal(gather.fill(chunks, 2, LARGE).bytes.length, 0);
  });

  test('fills the slab to the last byte and no further', () => {
    const gather = new Gather();
    const quarter = SLAB / 4;
    assert.equal(gather.fill(chunksOf(quarter, quarter, quarter, quarter, 1), 0, LARGE + 1).count, 4);
    const { bytes, count } = gather.fill(chunksOf(quarter, quarter, quarter, quarter - 1, 1, 1), 0, LARGE + 1);
    assert.deepEqual([bytes.length, count], [SLAB, 5]);
    assert.equal(gather.fill(chunksOf(quarter, quarter, quarter, quarter - 1, 2), 0, LARGE + 1).count, 4);
  });

  test('uses one slab again and again until it is given up', () => {
    const gather = new Gather();
    const first = gather.fill(chunksOf(1, 1), 0, LARGE).bytes;
    assert.equal(gather.fill(chunksOf(2, 2), 0, LARGE).bytes.buffer, first.buffer);
    gather.giveUp();
    const other = gather.fill([Uint8Array.of(9, 9)], 0, LARGE).bytes;
    assert.notEqual(other.buffer, first.buffer);
    assert.deepEqual([...first], [1, 1]);
  });

  test('a slab is no part of the pool that Buffer shares', () => {
    assert.equal(new Gather().fill(chunksOf(1), 0, LARGE).bytes.buffer.byteLength, SLAB);
  });

  test('for any chunks it takes the longest run that is small and fits, unchanged', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: LARGE - 2, max: LARGE + 2 }));
    fc.assert(
      fc.property(fc.array(length, { minLength: 1, maxLength: 12 }), fc.nat(11), (lengths, start) => {
        const chunks = chunksOf(...lengths);
        const from = start % chunks.length;
        const { bytes, count } = new Gather().fill(chunks, from, LARGE);
        assert.ok(bytes.equals(Buffer.concat(chunks.slice(from, from + count))));
        assert.ok(chunks.slice(from, from + count).every((chunk) => chunk.length < LARGE));
        const next = chunks[from + count];
        assert.ok(next === undefined || next.length >= LARGE || bytes.length + next.length > SLAB);
      }),
    );
  });

  test('hands bytes that are out of use to whoever spoils them', () => {
    const gather = new Gather((bytes) => bytes.fill(0xdb));
    const { bytes } = gather.fill(chunksOf(3, 2), 0, LARGE);
    gather.release(bytes);
    assert.deepEqual([...bytes], [0xdb, 0xdb, 0xdb, 0xdb, 0xdb]);
  });
});
