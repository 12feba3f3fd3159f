import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Decoder, lines, textLines } from 'couplet/framing';
import fc from 'fast-check';

/** The lines in the stream, found as simply as can be. */
function split(stream: Buffer, delimiter: string): Buffer[] {
  const found: Buffer[] = [];
  for (let from = 0; ; ) {
    const end = stream.indexOf(delimiter, from);
    if (end < 0) return found;
    found.push(stream.subarray(from, end));
    from = end + Buffer.byteLength(delimiter);
  }
}

/** All frames of a stream that comes in chunks of so many bytes. */
function decode<Line>(decoder: Decoder<Line>, stream: Buffer, size: number): Line[] {
  const found: Line[] = [];
  for (let at = 0; at < stream.length; at += size) {
    decoder.push(Buffer.from(stream.subarray(at, at + size)));
    found.push(...decoder);
  }
  return found;
}

/** Characters of one, two, three and four bytes, and what a delimiter begins with. */
const CHARACTERS = ['x', 'é', '日', '🦆', '\r', 'a', '-'];
const DELIMITERS = ['\r\n', '\n', 'aab', '→', '-'.repeat(40), '-'.repeat(3000)];

/** Long texts of those characters, whose delimiters fall anywhere: before, behind and on the places where a search pauses. */
const streams = fc
  .tuple(
    fc.constantFrom(...DELIMITERS),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(...CHARACTERS)), { maxLength: 20 }),
    fc.integer({ min: 0, max: 100 }),
  )
  .map(([delimiter, runs, shift]) => ({
    delimiter,
    stream: Buffer.from(
      runs
        .map(([count, character]) => character.repeat(count))
        .join(delimiter)
        .slice(shift),
    ),
  }));

describe('chunks of many kilobytes', () => {
  test('R27 have the lines of a search in the whole stream', () => {
    fc.assert(
      fc.property(streams, fc.constantFrom(1000, 5000, 65_536, 1_000_000), ({ delimiter, stream }, size) => {
        const found = split(stream, delimiter);
        const options = { delimiter, maxLength: 100_000 };
        assert.deepEqual(decode(lines(options), stream, size), found);
        assert.deepEqual(
          decode(textLines(options), stream, size),
          found.map((line) => line.toString()),
        );
        const latin1 = textLines({ ...options, encoding: 'latin1' });
        assert.deepEqual(
          decode(latin1, stream, size),
          found.map((line) => line.toString('latin1')),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('R27 have their lines also where a delimiter lies at any place of the first 10,000', () => {
    for (const delimiter of ['\r\n', 'aab']) {
      const stream = Buffer.alloc(10_000 + delimiter.length, 'a');
      for (let at = 0; at <= 10_000; at += 1) {
        stream.fill('a').write(delimiter, at);
        const decoder = lines({ delimiter, maxLength: 10_000 });
        decoder.push(stream);
        assert.equal(decoder.next()?.length, at);
      }
    }
  });
});
