import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Decoder,
  FramingError,
  lengthPrefixed,
  lines,
  netstrings,
  textLines,
  varintPrefixed,
} from 'couplet/framing';
import fc from 'fast-check';

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Takes what is there; a limit is no matter. */
function drain(decoder: Decoder<unknown>): void {
  try {
    while (decoder.next() !== undefined);
  } catch (error) {
    assert.ok(error instanceof FramingError);
    drain(decoder);
  }
}

describe('what no decoder can be', () => {
  const refused: [make: () => unknown, message: string][] = [
    [() => lines({ delimiter: '' }), 'the delimiter is empty'],
    [() => textLines({ delimiter: Buffer.alloc(0) }), 'the delimiter is empty'],
    // @ts-expect-error there is no such encoding
    [() => textLines({ encoding: 'ascii' }), "encoding is 'ascii', not 'utf8' or 'latin1'"],
    // @ts-expect-error there is no such prefix
    [() => lengthPrefixed(3), 'a length prefix has 1, 2 or 4 bytes, not 3'],
  ];
  for (const maxLength of [Number.NaN, -1]) {
    for (const make of [lines, textLines, netstrings, varintPrefixed]) {
      refused.push([() => make({ maxLength }), `maxLength is ${maxLength}, not a number of at least 0`]);
    }
  }

  for (const [make, message] of refused) {
    test(`R34 is refused: ${make}`, () => assert.throws(make, new RangeError(message)));
  }
});

describe('what a decoder takes', () => {
  test('R34 any Uint8Array: frames are views of it', () => {
    const chunk = new TextEncoder().encode('-1:a,2:').subarray(1);
    const decoder = netstrings();
    decoder.push(chunk);
    const frame = decoder.next();
    assert.deepEqual([frame?.toString(), frame?.buffer], ['a', chunk.buffer]);
    decoder.push(new TextEncoder().encode('bc,'));
    assert.deepEqual([...decoder].map(String), ['bc']);
  });

  test('R27 chunks in their order, whenever frames are taken', () => {
    const decoder = netstrings();
    decoder.push(ascii('1:a,'));
    decoder.push(ascii('1:b,'));
    assert.equal(String(decoder.next()), 'a');
    decoder.push(ascii('1:c,'));
    assert.deepEqual([...decoder].map(String), ['b', 'c']);
  });

  for (const [name, make, frame] of [
    ['lines', lines, (text: string) => `${text}\r\n`],
    ['netstrings', netstrings, (text: string) => `${text.length}:${text},`],
  ] as const) {
    test(`R27 chunks of ${name} in their order, whenever frames are taken or others put before them`, () => {
      const deed = fc.oneof(fc.constantFrom('push', 'next', 'unread'), fc.constant('next'));
      const size = fc.constantFrom(1, 5, 7, 600, 2000);
      fc.assert(
        fc.property(fc.array(fc.tuple(deed, size), { maxLength: 50 }), fc.nat(), (deeds, seed) => {
          const decoder = make({ maxLength: 2000 });
          let waiting: string[] = [];
          const texts = deeds.map(([, size], at) => `${at + seed}`.padEnd(size, 'x'));
          for (const [at, [what]] of deeds.entries()) {
            const text = texts[at] ?? '';
            if (what === 'push') waiting.push(text);
            if (what === 'push') decoder.push(ascii(frame(text)));
            if (what === 'unread') waiting = [text, ...waiting];
            if (what === 'unread') decoder.unread(ascii(frame(text)));
            if (what === 'next') assert.equal(decoder.next()?.toString(), waiting.shift());
          }
          assert.deepEqual([...decoder].map(String), waiting);
        }),
      );
    });
  }

  test('R34 bytes that it had given up, before all that waits', () => {
    const decoder = lines();
    decoder.push(ascii('one\r\ntw'));
    decoder.push(ascii('o\r\nfour\r\n'));
    assert.equal(String(decoder.next()), 'one');
    decoder.unread(ascii('thr'));
    decoder.unread(ascii('two'));
    assert.equal(decoder.held, 17);
    assert.deepEqual([...decoder].map(String), ['twothrtwo', 'four']);
    decoder.push(ascii('begun'));
    assert.equal(decoder.next(), undefined);
    decoder.unread(ascii('not '));
    assert.equal(String(decoder.rest()), 'not begun');
    const strings = netstrings();
    strings.push(ascii('3:a'));
    assert.equal(strings.next(), undefined);
    strings.unread(ascii('1:b,'));
    strings.push(ascii('cd,'));
    assert.deepEqual([...strings].map(String), ['b', 'acd']);
  });
});

describe('what a decoder holds', () => {
  const begun: Record<string, readonly [make: () => Decoder<unknown>, stream: string, held: string]> = {
    'a line': [() => lines(), 'one\r\ntw', 'tw'],
    'a line that waits for LF': [() => lines(), 'one\r\ntwo\r', 'two\r'],
    'a netstring': [() => netstrings(), '3:one,5:tw', '5:tw'],
    'a netstring without its comma': [() => netstrings(), '3:one,3:two', '3:two'],
    'the length of a netstring': [() => netstrings(), '3:one,12', '12'],
    'a string': [() => lengthPrefixed(2), '\0\x03one\0\x03tw', '\0\x03tw'],
    'a string behind a varint': [() => varintPrefixed(), '\x03one\x81\x02tw', '\x81\x02tw'],
    'a line that is thrown away': [() => lines({ maxLength: 3 }), 'one\r\ntoo long', ''],
    'a string that is skipped': [() => lengthPrefixed(1, { maxLength: 3 }), '\x03one\x09too l', ''],
  };

  for (const [name, [make, stream, held]] of Object.entries(begun)) {
    for (const size of [1, 1000]) {
      test(`R34 ${name}, in chunks of ${size}: rest gives it up, and the decoder begins afresh`, () => {
        const decoder = make();
        for (let at = 0; at < stream.length; at += size) {
          decoder.push(ascii(stream.slice(at, at + size)));
          drain(decoder);
        }
        assert.equal(decoder.held, held.length);
        assert.equal(decoder.rest().toString('latin1'), held);
        assert.equal(decoder.held, 0);
        decoder.push(ascii(stream.slice(0, stream.indexOf('e') + 3)));
        assert.equal(String(decoder.next()), 'one');
      });
    }
  }

  test('R34 rest gives up what may have been the beginning of a delimiter, too', () => {
    const decoder = lines();
    decoder.push(ascii('one\r'));
    assert.equal(decoder.next(), undefined);
    assert.equal(String(decoder.rest()), 'one\r');
    decoder.push(ascii('\ntwo\r\n'));
    assert.equal(String(decoder.next()), '\ntwo');
  });
});
