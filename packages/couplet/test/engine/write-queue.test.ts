import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Slabs } from '../../src/bytes/slabs.ts';
import { HIGH_WATER } from '../../src/engine/flow.ts';
import { WriteQueue } from '../../src/engine/write-queue.ts';
import { collector } from '../collector.ts';
import { FakeWire } from '../fake-wire.ts';

const LARGE = 16 * 1024;
const MOST = 256 * 1024;

/** One connection's queue and wire, and what was pushed. */
class Line {
  readonly queue: WriteQueue;
  readonly wire: FakeWire;
  readonly slabs: Slabs;
  readonly pushed: Buffer[] = [];
  /** Each line counts from elsewhere, so that the bytes of one are never those of another. */
  #next: number;

  constructor(slabs: Slabs = new Slabs(), from = 0, keep = true) {
    this.slabs = slabs;
    this.queue = new WriteQueue({ slabs });
    this.wire = new FakeWire(keep);
    this.#next = from;
  }

  /** Pushes bytes of which no two neighbourhoods are alike: a counter of two bytes in turn. */
  push(length: number): Buffer {
    const chunk = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at += 1) {
      chunk[at] = this.#next % 2 === 0 ? this.#next >> 1 : this.#next >> 9;
      this.#next += 1;
    }
    this.pushed.push(chunk);
    this.queue.push(chunk);
    return chunk;
  }

  /** Pushes a text. */
  say(text: string): void {
    this.pushed.push(Buffer.from(text));
    this.queue.push(text);
  }

  flush(): void {
    // What a turn may hand over is a matter of its own.
    this.queue.budget = Number.POSITIVE_INFINITY;
    this.queue.flush(this.wire);
  }

  /** The wire passes on what it holds, and takes more. */
  pump(): void {
    if (this.wire.passOn()) this.queue.written();
    this.flush();
  }

  drain(): void {
    this.wire.answers.length = 0;
    while (this.queue.size > 0) this.pump();
  }
}

type Step =
  | { readonly kind: 'push'; readonly line: number; readonly length: number }
  | { readonly kind: 'say'; readonly line: number; readonly text: string }
  | { readonly kind: 'flush'; readonly line: number; readonly answers: readonly boolean[] }
  | { readonly kind: 'pump'; readonly line: number };

const line = fc.nat(2);
const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 3, arbitrary: fc.integer({ min: 200, max: LARGE }) },
  { weight: 2, arbitrary: fc.integer({ min: LARGE - 1, max: LARGE + 1 }) },
  { weight: 1, arbitrary: fc.integer({ min: MOST - 1, max: MOST + 1 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 * MOST, 2 * MOST + 1, 600_000) },
);
/** Text of one, two, three and four bytes a character, and halves of characters. */
const text = fc
  .tuple(fc.stringMatching(/^[a\u00e9\u6c34\ud800-\udfff]{1,20}$/), fc.constantFrom(1, 1, 1, 50, 2000))
  .map(([part, times]) => part.repeat(times));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('say' as const), line, text }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const), line, length }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('flush' as const),
      line,
      answers: fc.array(fc.boolean(), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pump' as const), line }) },
);

describe('WriteQueue', () => {
  test('R10 whatever the wires answer, each gets what was pushed, in order, from one shared slab', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const slabs = new Slabs();
        const lines = [new Line(slabs), new Line(slabs, 1001), new Line(slabs, 2003)];
        for (const step of steps) {
          const line = lines[step.line];
          assert.ok(line !== undefined);
          if (step.kind === 'push') line.push(step.length);
          else if (step.kind === 'say') line.say(step.text);
          else if (step.kind === 'pump') line.pump();
          else {
            line.wire.answers.push(...step.answers);
            line.flush();
          }
          const total = line.pushed.reduce((sum, chunk) => sum + chunk.length, 0);
          const unsent = total - line.wire.sent;
          // Text that is not encoded yet counts by its characters, while that cannot hide a mark that is passed.
          assert.ok(line.queue.size <= unsent);
          if (step.kind === 'flush' || step.kind === 'pump' || unsent > HIGH_WATER) {
            assert.equal(line.queue.size, unsent, 'size counts what is unsent, what is held included');
          }
        }
        for (const line of lines) {
          line.drain();
          assert.ok(line.wire.output.equals(Buffer.concat(line.pushed)));
          assert.equal(line.queue.size, 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('R10 small chunks of one run leave as one write', () => {
    const line = new Line();
    for (let count = 0; count < 1000; count += 1) line.push(64);
    line.flush();
    assert.equal(line.wire.writes, 1);
    for (let count = 0; count < 4096; count += 1) line.push(64);
    line.flush();
    assert.equal(line.wire.writes, 1 + 4);
    assert.ok(line.wire.output.equals(Buffer.concat(line.pushed)));
  });

  test('R10 texts of one run are encoded together, and leave as one write, bytes between them included', () => {
    const line = new Line();
    for (let count = 0; count < 1000; count += 1) line.say('two líneas\r\n');
    line.flush();
    assert.equal(line.wire.writes, 1);
    line.say('水');
    line.push(10);
    line.say('水');
    line.flush();
    assert.equal(line.wire.writes, 2);
    assert.ok(line.wire.output.equals(Buffer.concat(line.pushed)));
  });

  test('two halves of a character that are written apart do not become one', () => {
    const line = new Line();
    line.say('\ud83d');
    line.say('\ude00');
    line.flush();
    assert.equal(line.wire.output.toString(), '\ufffd\ufffd');
  });

  test('text that the wire holds is not written over', () => {
    const line = new Line();
    line.say('first');
    line.wire.answers.push(false);
    line.flush();
    const other = new Line(line.slabs);
    other.say('other');
    other.flush();
    line.pump();
    assert.equal(line.wire.output.toString(), 'first');
  });

  test('a chunk that is alone, and one of 16 KiB or more, is not copied', () => {
    const line = new Line();
    const alone = line.push(10);
    line.flush();
    assert.equal(line.wire.written[0], alone);
    const large = [line.push(LARGE), line.push(LARGE), line.push(MOST)];
    line.flush();
    for (const [at, chunk] of large.entries()) assert.equal(line.wire.written[1 + at], chunk);
  });

  test('a chunk above 256 KiB leaves in pieces of the same memory', () => {
    const line = new Line();
    const chunk = line.push(2 * MOST + 100);
    line.wire.answers.push(true, false);
    line.flush();
    line.pump();
    assert.deepEqual(
      line.wire.written.map((piece) => [
        piece.buffer === chunk.buffer,
        piece.byteOffset - chunk.byteOffset,
        piece.length,
      ]),
      [
        [true, 0, MOST],
        [true, MOST, MOST],
        [true, 2 * MOST, 100],
      ],
    );
  });

  test('a slab that a wire holds is not overwritten by another connection', () => {
    const slabs = new Slabs();
    const [one, other] = [new Line(slabs), new Line(slabs, 1001)];
    one.wire.answers.push(false);
    for (let count = 0; count < 3; count += 1) one.push(50);
    one.flush();
    assert.equal(one.wire.held, 150);
    for (let count = 0; count < 9; count += 1) other.push(70);
    other.flush();
    one.pump();
    assert.ok(one.wire.output.equals(Buffer.concat(one.pushed)));
    assert.ok(other.wire.output.equals(Buffer.concat(other.pushed)));
  });

  test('nothing is handed over while the wire holds a chunk', () => {
    const line = new Line();
    line.wire.answers.push(false);
    line.push(1);
    line.flush();
    line.push(1);
    line.flush();
    line.flush();
    assert.equal(line.wire.writes, 1);
    assert.equal(line.queue.size, 2);
    line.pump();
    assert.equal(line.wire.writes, 2);
    assert.equal(line.queue.size, 0);
  });

  test('one chunk may be pushed many times, and to many queues', () => {
    const slabs = new Slabs();
    const chunk = Buffer.from('couplet');
    const lines = Array.from({ length: 10 }, () => new Line(slabs));
    for (const { queue } of lines) for (let count = 0; count < 5; count += 1) queue.push(chunk);
    for (const line of lines) line.drain();
    for (const { wire } of lines) assert.equal(wire.output.toString(), 'couplet'.repeat(5));
    assert.equal(chunk.toString(), 'couplet');
  });

  test('a flush with nothing to send writes nothing', () => {
    const line = new Line();
    line.flush();
    line.push(5);
    line.flush();
    line.flush();
    assert.equal(line.wire.writes, 1);
  });

  test('R6 clear() drops what the wire does not have', () => {
    const line = new Line();
    line.push(2 * MOST);
    line.push(10);
    line.queue.clear();
    assert.equal(line.queue.size, 0);
    line.flush();
    assert.equal(line.wire.writes, 0);
    const chunk = line.push(7);
    line.flush();
    assert.deepEqual(line.wire.written, [chunk]);
  });

  test('R6 clear() in the middle of a large chunk drops the rest of it', () => {
    const line = new Line();
    line.push(3 * MOST);
    line.wire.answers.push(false);
    line.flush();
    line.queue.clear();
    const chunk = line.push(2000);
    line.drain();
    assert.equal(line.wire.writes, 2);
    assert.equal(line.wire.written[1], chunk);
  });

  test('clear() goes on counting what the wire holds, and hands nothing over before it is sent', () => {
    const line = new Line();
    line.push(10);
    line.wire.answers.push(false);
    line.flush();
    line.push(20);
    line.queue.clear();
    assert.equal(line.queue.size, 10);
    line.push(5);
    line.flush();
    assert.equal(line.wire.writes, 1);
    assert.equal(line.queue.size, 15);
    line.pump();
    assert.equal(line.queue.size, 0);
  });
});

describe('the cost of WriteQueue', () => {
  for (const [what, push] of [
    ['chunks', (line: Line) => line.queue.push(Buffer.from('two lines'))],
    ['text', (line: Line) => line.queue.push('two lines that rhyme')],
  ] as const) {
    test(`R10 a wire that keeps every message costs the size of its ${what}, and no slab for each`, () => {
      const line = new Line(new Slabs(() => {}), 0, true);
      for (let count = 0; count < 1000; count += 1) {
        push(line);
        push(line);
        line.wire.answers.push(false);
        line.flush();
        assert.ok(line.wire.passOn());
        line.queue.written();
      }
      const memory = new Set(line.wire.written.map(({ buffer }) => buffer));
      const handed = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
      assert.ok(handed < 512 * 1024, `1,000 messages took ${handed} bytes of memory`);
    });
  }

  test('1,000,000 pushes of one byte leave in full slabs, behind a wire that holds each', () => {
    const line = new Line(new Slabs(), 0, false);
    const byte = Uint8Array.of(1);
    let most = 0;
    for (let count = 1; count <= 1_000_000; count += 1) {
      line.queue.push(byte);
      if (count % 100 === 0) {
        line.wire.answers.push(false);
        line.flush();
      }
      if (count % 100_000 === 0) line.pump();
      most = Math.max(most, line.wire.held);
    }
    line.drain();
    assert.equal(line.wire.sent, 1_000_000);
    assert.equal(most, 64 * 1024);
    assert.ok(line.wire.writes <= 40, `${line.wire.writes} writes`);
  });

  test('300,000 chunks that wait are handed over one by one without moving the others each time', () => {
    const line = new Line(new Slabs(), 0, false);
    const chunk = new Uint8Array(LARGE);
    for (let count = 0; count < 300_000; count += 1) line.queue.push(chunk);
    for (let count = 0; count < 300_000; count += 1) {
      line.wire.answers.push(false);
      line.pump();
    }
    line.pump();
    assert.equal(line.wire.writes, 300_000);
    assert.equal(line.queue.size, 0);
  });

  test('R15 what has been sent is let go of, also while the queue never empties', async () => {
    const collect = collector();
    const line = new Line(new Slabs(), 0, false);
    const refs: WeakRef<Uint8Array>[] = [];
    for (let count = 0; count < 200; count += 1) {
      const chunk = new Uint8Array(count % 2 === 0 ? LARGE : 100);
      refs.push(new WeakRef(chunk));
      line.queue.push(chunk);
    }
    while (line.wire.writes < 190) {
      line.wire.answers.push(false);
      line.pump();
    }
    // A weak reference holds on until the present turn of the event loop is over.
    await new Promise(setImmediate);
    collect();
    const kept = refs.filter((ref) => ref.deref() !== undefined).length;
    assert.ok(kept <= 15, `${kept} chunks are kept, though 10 wait`);
    assert.ok(line.queue.size > 0);
  });
});
