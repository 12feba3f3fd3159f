import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Slab } from '../../src/bytes/slab.ts';
import { Slabs } from '../../src/bytes/slabs.ts';

const ROOM = 64 * 1024;
const [one, other] = [{}, {}];

describe('Slab', () => {
  test('joins chunks and texts in order, and cuts them off', () => {
    const slab = new Slab();
    assert.ok(slab.append(Uint8Array.of(1, 2, 3)));
    assert.equal(slab.write('ab'), 2);
    assert.ok(slab.append(Uint8Array.of(4, 5)));
    assert.equal(slab.size, 7);
    assert.deepEqual([...slab.cut()], [1, 2, 3, 97, 98, 4, 5]);
    assert.equal(slab.size, 0);
    assert.equal(slab.write('é水😀'), 9);
    assert.equal(slab.cut().toString(), 'é水😀');
  });

  test('takes 64 KiB to the last byte and no further, and then nothing of what has no room', () => {
    const slab = new Slab();
    assert.ok(slab.append(new Uint8Array(ROOM - 3)));
    assert.equal(slab.append(new Uint8Array(4)), false);
    assert.equal(slab.write('four'), -1);
    assert.equal(slab.write('水!'), -1);
    assert.equal(slab.write('水'), 3);
    assert.deepEqual([slab.size, slab.room], [ROOM, 0]);
  });

  test('for any chunks and texts it holds what fits, unchanged, also where it has grown', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.integer({ min: 1000, max: 20_000 }).map((length) => Buffer.alloc(length, length % 251)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const slab = new Slab();
        const held: Buffer[] = [];
        for (const one of pieces) {
          const bytes = Buffer.from(one);
          const fits = slab.size + bytes.length <= ROOM;
          assert.equal(typeof one === 'string' ? slab.write(one) >= 0 : slab.append(one), fits);
          if (fits) held.push(bytes);
        }
        assert.ok(slab.cut().equals(Buffer.concat(held)));
      }),
    );
  });
});

describe('Slabs', () => {
  test('lend one slab again and again, until its bytes are kept', () => {
    const slabs = new Slabs();
    const first = slabs.take(one, 1);
    assert.equal(slabs.take(one, 1), first);
    slabs.giveBack(one, false);
    assert.equal(slabs.take(other, 1), first);
    first.write('kept');
    const kept = first.cut();
    slabs.giveBack(other, true);
    const second = slabs.take(one, 1);
    assert.notEqual(second, first);
    second.write('next');
    assert.equal(kept.toString(), 'kept');
  });

  test('while it is lent, others get one of their own, and give back nothing', () => {
    const slabs = new Slabs();
    const lent = slabs.take(one, 1);
    lent.write('lent');
    assert.notEqual(slabs.take(other, 1), lent);
    slabs.giveBack(other, false);
    assert.equal(lent.cut().toString(), 'lent');
    assert.equal(slabs.take(one, 1), lent);
  });

  test('a slab that is nearly full is not taken for what has no room in it', () => {
    const slabs = new Slabs();
    const lent = slabs.take(one, 1);
    lent.append(new Uint8Array(ROOM - 10));
    assert.equal(slabs.take(one, 10), lent);
    assert.notEqual(slabs.take(one, 11), lent);
  });

  test('what is lent is no part of the pool that Buffer shares', () => {
    const slab = new Slabs().take(one, 1);
    slab.write('x');
    assert.equal(slab.cut().buffer.byteLength, ROOM);
  });

  test('hand bytes that are out of use to whoever spoils them', () => {
    const slabs = new Slabs((bytes) => bytes.fill(0xdb));
    const slab = slabs.take(one, 5);
    slab.write('words');
    const bytes = slab.cut();
    slabs.giveBack(one, false);
    assert.deepEqual([...bytes], [0xdb, 0xdb, 0xdb, 0xdb, 0xdb]);
  });
});
