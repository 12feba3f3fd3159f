import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ChunkQueue } from '../../src/bytes/chunk-queue.ts';
import { assertLinear } from '../growth.ts';

/** What is done to a queue: bytes put behind or before the others, or a chunk, some bytes or all of them taken. */
const deed = fc.oneof(
  fc.record({ what: fc.constantFrom('push', 'unshift'), size: fc.constantFrom(0, 1, 3, 1023, 1024, 3000) }),
  fc.record({ what: fc.constantFrom('shift', 'take', 'join'), size: fc.constantFrom(1, 5, 1024) }),
);

describe('ChunkQueue', () => {
  test('keeps bytes in their order, whatever is put behind and before them', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const queue = new ChunkQueue();
        let model: Buffer = Buffer.alloc(0);
        let count = 0;
        for (const { what, size } of deeds) {
          const chunk = Buffer.from(Array.from({ length: size }, () => (count += 1)));
          const expectFront = (taken: Buffer = Buffer.alloc(0)): void => {
            assert.deepEqual(taken, model.subarray(0, taken.length));
            model = model.subarray(taken.length);
          };
          if (what === 'push') {
            queue.push(chunk);
            model = Buffer.concat([model, chunk]);
          } else if (what === 'unshift') {
            queue.unshift(chunk);
            model = Buffer.concat([chunk, model]);
          } else if (what === 'join') expectFront(queue.join());
          else expectFront(what === 'shift' ? queue.shift() : queue.take(size));
          assert.equal(queue.size, model.length);
        }
        assert.deepEqual(queue.join(), model);
      }),
    );
  });

  test('R28 putting chunks before the others is linear', () => {
    const chunk = Buffer.alloc(1024);
    assertLinear(300_000, (chunks) => () => {
      const queue = new ChunkQueue();
      for (let count = 0; count < chunks; count += 1) queue.unshift(chunk);
      assert.equal(queue.size, chunks * 1024);
    });
  });
});
