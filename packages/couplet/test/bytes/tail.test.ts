import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Slabs } from '../../src/bytes/slabs.ts';
import { Tail } from '../../src/bytes/tail.ts';
import { WriteQueue } from '../../src/engine/write-queue.ts';
import { FakeWire } from '../fake-wire.ts';

describe('Tail', () => {
  test('what it was given stays as it was, however much follows', () => {
    const tail = new Tail(Buffer.from('two '));
    const before = tail.chunk;
    assert.ok(tail.append(Buffer.from('lines')));
    assert.equal(before.toString(), 'two ');
    assert.equal(tail.chunk.toString(), 'two lines');
  });

  test('it takes 8 KiB, and nothing that does not fit', () => {
    const tail = new Tail(Buffer.alloc(8191));
    assert.equal(tail.append(Buffer.alloc(2)), false);
    assert.ok(tail.append(Buffer.alloc(1)));
    assert.equal(tail.chunk.length, 8192);
  });

  test('R15 while the wire is full, small chunks are copied, so that none keeps more than itself alive', () => {
    const wire = new FakeWire();
    wire.answers.push(false);
    const queue = new WriteQueue({ slabs: new Slabs() });
    const received = Buffer.alloc(65_536, 'x');
    queue.push(received);
    queue.flush(wire);
    for (let at = 0; at < 8192; at += 1) queue.push(received.subarray(at, at + 1));
    wire.passOn();
    queue.written();
    queue.flush(wire);
    assert.equal(wire.writes, 2);
    assert.equal(wire.written[1]?.length, 8192);
    assert.notEqual(wire.written[1]?.buffer, received.buffer);
  });
});
