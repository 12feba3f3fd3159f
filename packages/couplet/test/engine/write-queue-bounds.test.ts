import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FULL } from 'couplet-test/full';
import fc from 'fast-check';
import { fixedData } from '../../src/bytes/chunk.ts';
import { Slabs } from '../../src/bytes/slabs.ts';
import { WriteQueue } from '../../src/engine/write-queue.ts';
import { FakeWire } from '../fake-wire.ts';

const MOST = 256 * 1024;
/** The longest string that the engine of every supported runtime has. */
const LONGEST = 0x1fffffe8;

/** A wire that looks at how much it is handed at once, and in all. */
class ScaledWire extends FakeWire {
  readonly #queue: WriteQueue;
  handed = 0;
  /** The most bytes that it is given at once. */
  portion = MOST;
  constructor(queue: WriteQueue, keep = true) {
    super(keep);
    this.#queue = queue;
  }
  override write(chunk: Uint8Array): boolean {
    this.handed += chunk.length;
    assert.ok(chunk.length <= this.portion, `${chunk.length} bytes with a portion of ${this.portion}`);
    assert.ok(this.#queue.budget >= 0, `a budget of ${this.#queue.budget}`);
    return super.write(chunk);
  }
}

/** Its budget is without bound unless a test sets one. */
function setUp(keep = true): { queue: WriteQueue; wire: ScaledWire; drain: () => void } {
  const queue = new WriteQueue({ slabs: new Slabs() });
  queue.budget = Number.POSITIVE_INFINITY;
  const wire = new ScaledWire(queue, keep);
  const drain = (): void => {
    wire.answers.length = 0;
    while (queue.size > 0) {
      queue.budget = Number.POSITIVE_INFINITY;
      if (wire.passOn()) queue.written();
      queue.flush(wire, wire.portion);
    }
  };
  return { queue, wire, drain };
}

type Step =
  | { readonly kind: 'push'; readonly length: number }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'flush'; readonly answers: readonly boolean[] }
  | { readonly kind: 'pass' }
  | { readonly kind: 'bar' | 'unbar' }
  | { readonly kind: 'bound'; readonly name: 'budget' | 'portion'; readonly bytes: number };

const length = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 3, arbitrary: fc.integer({ min: 300, max: 40_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(MOST - 1, MOST, MOST + 1, 2 * MOST + 1) },
);
const bytes = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 100 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 100_000 }) },
  { weight: 1, arbitrary: fc.constant(MOST) },
);
/** Text of every width, long enough to be encoded on its own now and then. */
const text = fc
  .tuple(fc.stringMatching(/^[a\u00e9\u6c34\ud800-\udfff]{1,20}$/), fc.constantFrom(1, 1, 50, 2000, 6000))
  .map(([part, times]) => part.repeat(times));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('push' as const), length }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('say' as const), text }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('flush' as const), answers: fc.array(fc.boolean(), { maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('bar' as const, 'unbar' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('bound' as const), name: fc.constantFrom('budget', 'portion'), bytes }),
  },
);

describe('R60 a WriteQueue with a budget', () => {
  test('whatever budget, portion and answers, the bytes come out whole and in order, and the size goes back to 0', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const { queue, wire, drain } = setUp();
        const pushed: Buffer[] = [];
        let next = 0;
        let barred = false;
        for (const step of steps) {
          if (step.kind === 'push') {
            const chunk = Buffer.from(Uint8Array.from({ length: step.length }, () => (next = (next + 7) % 251)));
            pushed.push(chunk);
            queue.push(chunk);
          } else if (step.kind === 'say') {
            pushed.push(Buffer.from(step.text));
            queue.push(step.text);
          } else if (step.kind === 'flush') {
            wire.answers.push(...step.answers);
            const { budget } = queue;
            const before = wire.handed;
            queue.flush(wire, wire.portion);
            assert.ok(wire.handed - before <= budget, `${wire.handed - before} bytes with a budget of ${budget}`);
            const waits: boolean = queue.size > 0 && queue.held === 0;
            if (!barred) assert.equal(queue.overdrawn, waits && queue.budget === 0);
          } else if (step.kind === 'pass') {
            if (wire.passOn()) queue.written();
          } else if (step.kind === 'bound') {
            if (step.name === 'budget') queue.budget = step.bytes;
            else wire.portion = step.bytes;
          } else if (barred !== (step.kind === 'bar')) {
            barred = !barred;
            queue[step.kind]();
          }
        }
        if (barred) queue.unbar();
        drain();
        assert.ok(wire.output.equals(Buffer.concat(pushed)));
        assert.deepEqual([queue.size, queue.held, queue.allHeld], [0, 0, true]);
      }),
      { numRuns: FULL ? 300 : 100 },
    );
  });

  test('hands over no more than it has, and the rest when there is a new one', () => {
    const { queue, wire } = setUp();
    queue.budget = 100;
    queue.push(Buffer.alloc(250, 1));
    queue.flush(wire);
    assert.deepEqual([wire.handed, queue.size, queue.overdrawn], [100, 150, true]);
    queue.flush(wire);
    assert.equal(wire.handed, 100);
    queue.budget = 1000;
    queue.flush(wire);
    assert.deepEqual([wire.handed, queue.size, queue.overdrawn], [250, 0, false]);
  });

  test('is not overdrawn by what waits behind a bar', () => {
    const { queue, wire } = setUp();
    queue.budget = 10;
    queue.push(Buffer.alloc(10));
    queue.bar();
    queue.push('behind it');
    queue.flush(wire);
    assert.deepEqual([queue.budget, queue.overdrawn, queue.atBar], [0, false, true]);
  });

  test('is not overdrawn while the wire itself holds it up', () => {
    const { queue, wire } = setUp();
    queue.budget = 100;
    queue.push(Buffer.alloc(250, 1));
    wire.answers.push(false);
    queue.flush(wire);
    assert.deepEqual([queue.held, queue.overdrawn], [100, false]);
  });
});

describe('R4 text in a WriteQueue', () => {
  test('before and after text that is encoded on its own keeps its place', () => {
    const { queue, wire, drain } = setUp();
    const long = 'línea '.repeat(20_000);
    const pieces = ['one', long, 'two', Buffer.from('three'), long, long, 'four'];
    for (const piece of pieces) queue.push(piece);
    queue.flush(wire);
    drain();
    assert.ok(wire.output.equals(Buffer.concat(pieces.map((piece) => Buffer.from(piece)))));
  });

  test('may be as long as a string can be, behind text that waits already', { timeout: 60_000 }, () => {
    const { queue, wire, drain } = setUp(false);
    queue.push('a');
    queue.push('x'.repeat(LONGEST));
    queue.push('b');
    assert.equal(queue.size, LONGEST + 2);
    drain();
    assert.deepEqual([queue.size, wire.sent], [0, LONGEST + 2]);
  });
});

/** Bytes whose memory can be made smaller and larger, for which the types of this language version have no words. */
function resizable(length: number): Uint8Array<ArrayBuffer> {
  const memory: ArrayBuffer = Reflect.construct(ArrayBuffer, [length, { maxByteLength: 2 * length }]);
  return new Uint8Array(memory).fill(7);
}

function resize({ buffer }: Uint8Array<ArrayBuffer>, change: (length: number) => number): void {
  Reflect.apply(Reflect.get(ArrayBuffer.prototype, 'resize'), buffer, [change(buffer.byteLength)]);
}

const changes: readonly [name: string, change: (bytes: Uint8Array<ArrayBuffer>) => void][] = [
  ['shrinks', (bytes) => resize(bytes, (length) => length - 1)],
  ['shrinks to nothing', (bytes) => resize(bytes, () => 0)],
  ['is taken away', ({ buffer }) => void structuredClone(buffer, { transfer: [buffer] })],
];

describe('R8 memory that changes its size between the write and the sending', () => {
  for (const [name, change] of changes) {
    for (const length of [10, 20_000, 600_000]) {
      for (const among of ['alone', 'first', 'in the middle', 'last'] as const) {
        // Few bytes among others were copied when they were written.
        if (length === 10 && among !== 'alone') continue;
        test(`${length} bytes that are ${among}: one that ${name} is a TypeError, and clear() forgets it`, () => {
          const { queue, wire } = setUp();
          const bytes = resizable(length);
          if (among === 'in the middle' || among === 'last') queue.push(Buffer.from('before'));
          queue.push(bytes);
          if (among === 'in the middle' || among === 'first') queue.push(Buffer.from('after'));
          change(bytes);
          assert.throws(() => queue.flush(wire), TypeError);
          queue.clear();
          assert.equal(queue.size, 0);
          queue.push('next');
          queue.flush(wire);
          assert.ok(wire.output.toString('latin1').endsWith('next'));
          assert.equal(queue.size, 0);
        });
      }
    }

    test(`10 bytes among others: when one that is copied already ${name}, all are sent as they were`, () => {
      const { queue, wire } = setUp();
      const all = [resizable(10), resizable(10), resizable(10)];
      for (const bytes of all) queue.push(bytes);
      for (const bytes of all) change(bytes);
      queue.flush(wire);
      assert.deepEqual([queue.size, wire.output], [0, Buffer.alloc(30, 7)]);
    });

    test(`10 bytes that are alone: when one ${name} before others are written, that is a TypeError`, () => {
      const { queue, wire } = setUp();
      const bytes = resizable(10);
      queue.push(bytes);
      change(bytes);
      queue.push(Buffer.from('after'));
      assert.throws(() => queue.flush(wire), TypeError);
      queue.clear();
      assert.equal(queue.size, 0);
    });

    test(`a long chunk that ${name} when a part of it has gone is a TypeError, and clear() forgets it`, () => {
      const { queue, wire } = setUp();
      const bytes = resizable(3 * MOST);
      queue.push(bytes);
      queue.budget = MOST;
      queue.flush(wire);
      change(bytes);
      queue.budget = Number.POSITIVE_INFINITY;
      assert.throws(() => queue.flush(wire), TypeError);
      queue.clear();
      assert.equal(queue.size, 0);
    });
  }

  for (const length of [10, 20_000, 600_000]) {
    test(`${length} bytes that grow are sent as they were`, () => {
      const { queue, wire } = setUp();
      const bytes = resizable(length);
      queue.push(Buffer.from('before'));
      queue.push(fixedData(bytes));
      queue.push(Buffer.from('after'));
      resize(bytes, () => 2 * length);
      queue.budget = Number.POSITIVE_INFINITY;
      queue.flush(wire);
      const sent = Buffer.concat([Buffer.from('before'), Buffer.alloc(length, 7), Buffer.from('after')]);
      assert.ok(wire.output.equals(sent));
      assert.equal(queue.size, 0);
    });
  }
});
