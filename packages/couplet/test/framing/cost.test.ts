import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Decoder,
  decoder,
  encodeLengthPrefixed,
  encodeLine,
  encodeNetstring,
  encodeVarintPrefixed,
  lengthPrefixed,
  lines,
  netstrings,
  textLines,
  varintPrefixed,
} from 'couplet/framing';
import { runtime } from 'couplet-test/runtime';
import { collector } from '../collector.ts';
import { assertLinear } from '../growth.ts';
import { workOf } from '../work.ts';

const MEGABYTE = 1_000_000;
const BIG = { maxLength: 4 * MEGABYTE };

/** So many bytes of frames of one size, or a little more. */
function repeated(frame: Buffer, bytes: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / frame.length) }, () => frame));
}

/** Strings of RESP, and numbers. */
const byGenerator = (maxLength: number): Decoder<unknown> =>
  decoder(
    function* (input) {
      if ((yield* input.uint8()) === 0x3a) return yield* input.decimal();
      const bytes = yield* input.bytes(yield* input.decimal());
      yield* input.skip(2);
      return bytes;
    },
    { maxLength },
  );

const bulk = (bytes: number): Buffer =>
  Buffer.concat([Buffer.from(`$${bytes}\r\n`), Buffer.alloc(bytes), Buffer.from('\r\n')]);

/** Every format with one frame of a whole stream, and with many small ones. */
const STREAMS: Record<string, { decoder: () => Decoder<unknown>; stream: (bytes: number) => Buffer }> = {
  'one line': { decoder: () => lines(BIG), stream: (bytes) => encodeLine(Buffer.alloc(bytes, 'x')) },
  'one line of CR alone': { decoder: () => lines(BIG), stream: (bytes) => encodeLine(Buffer.alloc(bytes, '\r')) },
  'one line of text': { decoder: () => textLines(BIG), stream: (bytes) => encodeLine('é'.repeat(bytes / 2)) },
  'a line that is too long': { decoder: () => lines(), stream: (bytes) => encodeLine(Buffer.alloc(bytes, '\r')) },
  'empty lines': { decoder: () => lines(), stream: (bytes) => repeated(encodeLine(''), bytes) },
  'short lines': { decoder: () => lines(), stream: (bytes) => repeated(encodeLine('x'.repeat(62)), bytes) },
  'one netstring': { decoder: () => netstrings(BIG), stream: (bytes) => encodeNetstring(Buffer.alloc(bytes)) },
  'empty netstrings': { decoder: () => netstrings(), stream: (bytes) => repeated(encodeNetstring(''), bytes) },
  'one string': {
    decoder: () => lengthPrefixed(4, BIG),
    stream: (bytes) => encodeLengthPrefixed(4, Buffer.alloc(bytes)),
  },
  'a string that is too long': {
    decoder: () => lengthPrefixed(4),
    stream: (bytes) => encodeLengthPrefixed(4, Buffer.alloc(bytes)),
  },
  'empty strings': { decoder: () => lengthPrefixed(1), stream: (bytes) => Buffer.alloc(bytes) },
  'one frame of a generator': { decoder: () => byGenerator(BIG.maxLength), stream: bulk },
  'a line of a generator': {
    decoder: () =>
      decoder(function* (input) {
        return yield* input.line();
      }, BIG),
    stream: (bytes) => encodeLine(Buffer.alloc(bytes, '\r')),
  },
  'small frames of a generator': {
    decoder: () => byGenerator(100),
    stream: (bytes) => repeated(Buffer.from('$3\r\nabc\r\n:-17\r\n'), bytes),
  },
  'one string behind a varint': {
    decoder: () => varintPrefixed(BIG),
    stream: (bytes) => encodeVarintPrefixed(Buffer.alloc(bytes)),
  },
};

/** Takes every frame that is there; counts frames and errors. */
function take(decoder: Decoder<unknown>): number {
  for (let count = 0; ; count += 1) {
    try {
      if (decoder.next() === undefined) return count;
    } catch {
      // A limit, after which the decoder goes on.
    }
  }
}

/** Gives the stream in chunks of so many bytes, and returns how many frames and errors there were. */
function feed(decoder: Decoder<unknown>, stream: Buffer, size: number): number {
  let count = 0;
  for (let at = 0; at < stream.length; at += size) {
    decoder.push(stream.subarray(at, at + size));
    count += take(decoder);
  }
  return count;
}

describe('the cost of framing', () => {
  for (const [name, { decoder, stream }] of Object.entries(STREAMS)) {
    test(`R28 ${name}: byte by byte twice the bytes are twice the work, and 1 MB takes no longer than it must`, () => {
      const [once, twice] = [stream(20_000), stream(40_000)];
      const work = workOf(() => feed(decoder(), once, 1));
      const more = workOf(() => feed(decoder(), twice, 1));
      assert.ok(work.bytes <= 8 * once.length, `${work.bytes} bytes are touched for ${once.length}`);
      assert.ok(more.bytes <= 2.2 * work.bytes, `${more.bytes} bytes are touched, after ${work.bytes}`);
      assert.ok(more.slices <= 2.2 * work.slices, `${more.slices} slices are cut, after ${work.slices}`);
      assertLinear(MEGABYTE, (bytes) => {
        const whole = stream(bytes);
        return () => feed(decoder(), whole, 1);
      });
    });

    test(`R28 ${name}: in one chunk it is the same, and each byte costs the same`, () => {
      const [once, twice] = [stream(100_000), stream(200_000)];
      const work = workOf(() => feed(decoder(), once, once.length));
      const more = workOf(() => feed(decoder(), twice, twice.length));
      assert.ok(work.bytes <= 3 * once.length, `${work.bytes} bytes are touched for ${once.length}`);
      assert.ok(more.slices <= 2.2 * work.slices + 10, `${more.slices} slices are cut, after ${work.slices}`);
      assert.equal(feed(decoder(), once, 1), feed(decoder(), once, once.length));
    });
  }
});

/** How many bytes so many things keep alive, each. */
function kept(count: number, make: () => unknown): number {
  const collect = collector();
  const used = (): number => {
    // What the first one finds dead the next ones give back.
    for (let times = 0; times < 3; times += 1) collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const all = Array.from({ length: count }, make);
  const bytes = (used() - before) / all.length;
  return bytes;
}

describe('the memory of framing', () => {
  const maxLength = 100_000;
  // Bun rounds up what it allocates.
  const most = (2 * maxLength + 65_536) * (runtime === 'bun' ? 1.1 : 1);
  const begun: Record<string, () => { decoder: Decoder<unknown>; stream: Buffer }> = {
    'a line': () => ({ decoder: lines({ maxLength }), stream: Buffer.alloc(maxLength) }),
    'a line of text': () => ({ decoder: textLines({ maxLength }), stream: Buffer.alloc(maxLength) }),
    'a line that is too long': () => ({ decoder: lines({ maxLength }), stream: Buffer.alloc(2 * maxLength) }),
    'a netstring': () => ({
      decoder: netstrings({ maxLength }),
      stream: Buffer.concat([Buffer.from(`${maxLength}:`), Buffer.alloc(maxLength)]),
    }),
    'a frame of a generator': () => ({
      decoder: byGenerator(maxLength + 20),
      stream: bulk(maxLength).subarray(0, -1),
    }),
    'a string': () => ({
      decoder: lengthPrefixed(4, { maxLength }),
      stream: encodeLengthPrefixed(4, Buffer.alloc(maxLength)).subarray(0, -1),
    }),
    'a string that is too long': () => ({
      decoder: lengthPrefixed(4, { maxLength }),
      stream: encodeLengthPrefixed(4, Buffer.alloc(2 * maxLength)).subarray(0, -1),
    }),
  };

  for (const [name, begin] of Object.entries(begun)) {
    for (const size of [1, 100, 1023, 1024, 65_536]) {
      test(`R28 ${name} that has not ended, in chunks of ${size}, keeps at most twice maxLength and 64 KiB`, () => {
        const bytes = kept(4, () => {
          const { decoder, stream } = begin();
          for (let at = 0; at < stream.length; at += size) {
            // A chunk of its own memory, as a socket gives it.
            const piece = stream.subarray(at, at + size);
            const chunk = Buffer.from(new ArrayBuffer(piece.length));
            chunk.set(piece);
            decoder.push(chunk);
            take(decoder);
          }
          assert.ok(decoder.held <= maxLength + 20, `${decoder.held} bytes are held`);
          return decoder;
        });
        assert.ok(bytes <= most, `${Math.round(bytes)} bytes are kept`);
      });
    }
  }

  test('R28 nothing is allocated on the strength of a declared length', () => {
    const prefix = Buffer.from([0x3f, 0xff, 0xff, 0xff]);
    const bytes = kept(20, () => {
      const decoder = lengthPrefixed(4, { maxLength: 2 ** 31 });
      decoder.push(Buffer.from(prefix));
      take(decoder);
      return decoder;
    });
    assert.ok(bytes < 10_000, `${Math.round(bytes)} bytes are kept`);
  });
});
