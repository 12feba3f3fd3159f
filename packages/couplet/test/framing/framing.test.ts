import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Decoder,
  FramingError,
  LengthLimitError,
  LineTooLongError,
  lengthPrefixed,
  lines,
  NetstringParseError,
  netstrings,
  textLines,
  VarintParseError,
  varintPrefixed,
} from 'couplet/framing';
import { verifyFraming } from 'couplet/testing';
import { FULL } from 'couplet-test/full';
import fc from 'fast-check';

/** A stream, and what comes of it. */
type Case = readonly [stream: Buffer, sequence: readonly string[]];

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function frames(...contents: readonly string[]): string[] {
  return contents.map((content) => `frame(bytes ${JSON.stringify(content)})`);
}

function texts(...contents: readonly string[]): string[] {
  return contents.map((content) => `frame(${JSON.stringify(content)})`);
}

const longLine = 'throw(LineTooLongError: a line is longer than maxLength (5 bytes))';

function longString(length: number, maxLength: number): string {
  return `throw(LengthLimitError: a frame of ${length} bytes is longer than maxLength (${maxLength}))`;
}

const MANY = 'x'.repeat(200);
/** How many random cuts a format gets, and how many of them each stream after the first: those have errors, which are dear. */
const CUTS = FULL ? 100_000 : 10_000;
const FEW = 2_000;

/** Every format: a decoder, streams, and what comes of them. */
const FORMATS: Record<string, { decoder: () => Decoder<unknown>; cases: readonly Case[] }> = {
  'lines that end with CRLF': {
    decoder: () => lines({ maxLength: 5 }),
    cases: [
      [ascii('one\r\n\r\n\rt\n\r\r\nx\r\r\n\n\r\n\r\nrest\r'), frames('one', '', '\rt\n\r', 'x\r', '\n', '')],
      [
        ascii('12345\r\n123456\r\n1234\r\r\n12345\r\r\n123\n\r\n\n\n\n\n\n\n\r\nend\r\n'),
        [...frames('12345'), longLine, ...frames('1234\r'), longLine, ...frames('123\n'), longLine, ...frames('end')],
      ],
      [ascii(`${MANY}\r\r\n\r\n${MANY}`), [longLine, ...frames(''), longLine]],
    ],
  },
  'lines that end with LF': {
    decoder: () => lines({ delimiter: '\n', maxLength: 5 }),
    cases: [
      [ascii('one\n\n\r\ntwo\r\n12345\n\n\xff\0\nrest'), frames('one', '', '\r', 'two\r', '12345', '', '\xff\0')],
      [ascii('12345\n123456\n\n1234567'), [...frames('12345'), longLine, ...frames(''), longLine]],
    ],
  },
  'lines that end with bytes that repeat': {
    decoder: () => lines({ delimiter: Buffer.from('aab'), maxLength: 5 }),
    cases: [
      [ascii('aaaaaaab aabb aab1aab2aaab345aaaab aabaab12'), frames('aaaaa', ' ', 'b ', '1', '2a', '345aa', ' ', '')],
      [ascii('12345aab123456aab1234aaaab'), [...frames('12345'), longLine, longLine]],
    ],
  },
  'lines of UTF-8': {
    decoder: () => textLines({ maxLength: 9 }),
    cases: [
      [
        Buffer.from('é\r\n日本語\r\n🦆🦆\r\n\r\nplain\r\n\u{feff}\r\n'),
        texts('é', '日本語', '🦆🦆', '', 'plain', '\u{feff}'),
      ],
      [
        Buffer.from('日本語\r\n日本語!\r\nok\r\n'),
        [...texts('日本語'), 'throw(LineTooLongError: a line is longer than maxLength (9 bytes))', ...texts('ok')],
      ],
      [ascii('\xc3\r\n\xe6\x97\r\n\xff!\r\nok\r\n'), texts('\u{fffd}', '\u{fffd}', '\u{fffd}!', 'ok')],
    ],
  },
  'lines of UTF-8 with a delimiter that is none of ASCII': {
    decoder: () => textLines({ delimiter: '→', maxLength: 5 }),
    cases: [[Buffer.from('a→éé→→日!→'), texts('a', 'éé', '', '日!')]],
  },
  'lines of Latin-1': {
    decoder: () => textLines({ encoding: 'latin1', delimiter: '\n', maxLength: 5 }),
    cases: [
      [ascii('\xe9\xc3\n\xff\n\n12345\nrest'), texts('\xe9\xc3', '\xff', '', '12345')],
      [ascii('123456\nab\n'), [longLine, ...texts('ab')]],
    ],
  },
  netstrings: {
    decoder: () => netstrings({ maxLength: 12 }),
    cases: [
      [ascii('0:,5:hello,0:,3:0:,,12:hello world!,1:\n,2:re'), frames('', 'hello', '', '0:,', 'hello world!', '\n')],
      [
        ascii('1:a,2:bc;3:def,'),
        [...frames('a'), "throw(NetstringParseError: found ';' where a netstring ends with a comma)"],
      ],
      [ascii('1:a,13:'), [...frames('a'), 'throw(NetstringParseError: a netstring is longer than maxLength (12))']],
    ],
  },
  'strings behind one byte of length': {
    decoder: () => lengthPrefixed(1, { maxLength: 5 }),
    cases: [
      [ascii('\x05hello\0\x01\0\0\x02re\x03re'), frames('hello', '', '\0', '', 're')],
      [
        ascii(`\x01a\x06sixsix\0\x07sevense\xc8${MANY}\x02ok`),
        [...frames('a'), longString(6, 5), ...frames(''), longString(7, 5), longString(200, 5), ...frames('ok')],
      ],
    ],
  },
  'strings behind two bytes of length': {
    decoder: () => lengthPrefixed(2, { maxLength: 5 }),
    cases: [
      [ascii('\0\x05hello\0\0\0\x02\0\x01\0\x01!\0'), frames('hello', '', '\0\x01', '!')],
      [ascii(`\0\xc8${MANY}\0\x01!\xff\xff...`), [longString(200, 5), ...frames('!'), longString(65_535, 5)]],
    ],
  },
  'strings behind four bytes of length': {
    decoder: () => lengthPrefixed(4, { maxLength: 5 }),
    cases: [
      [ascii('\0\0\0\x05hello\0\0\0\0\0\0\0\x04\0\0\0\x01\0\0\0\x01!\0\0\0'), frames('hello', '', '\0\0\0\x01', '!')],
      [
        ascii(`\0\0\0\xc8${MANY}\0\0\0\x01!\xff\xff\xff\xff...`),
        [longString(200, 5), ...frames('!'), longString(4_294_967_295, 5)],
      ],
    ],
  },
  'strings behind a varint': {
    decoder: () => varintPrefixed({ maxLength: 150 }),
    cases: [
      [ascii(`\0\x01a\x81\x01${'b'.repeat(129)}\x02ok\x7f`), frames('', 'a', 'b'.repeat(129), 'ok')],
      [ascii(`\xc8\x01${MANY}\x02ok`), [longString(200, 150), ...frames('ok')]],
      [ascii('\x01a\x80\x00...'), [...frames('a'), 'throw(VarintParseError: a varint has more bytes than it needs)']],
    ],
  },
};

describe('framing, however the stream is cut', () => {
  for (const [name, { decoder, cases }] of Object.entries(FORMATS)) {
    test(`R27 R34 ${name}: every cut in two and 100,000 random ones give the same`, () => {
      for (const [index, [stream, sequence]] of cases.entries()) {
        const report = verifyFraming(decoder, stream, { cuts: index === 0 ? CUTS - FEW * (cases.length - 1) : FEW });
        assert.deepEqual(report.sequence, sequence);
      }
    });
  }

  test('R27 lines are those of a search in the whole stream, for any delimiter', () => {
    const bytes = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n'), maxLength: 40 });
    const delimiter = fc.constantFrom('\r\n', '\n', 'aab', 'aa', 'abab', '\r\r\n');
    fc.assert(
      fc.property(bytes, delimiter, fc.integer({ min: 0, max: 8 }), (text, delimiter, maxLength) => {
        const found = text.split(delimiter);
        found.pop();
        // A last line without an end may be too long already; here it never is.
        const stream = `${found.map((line) => line + delimiter).join('')}${delimiter}`;
        const expected = [...found, ''].map((line) => (line.length <= maxLength ? frames(line)[0] : 'too long'));
        const { sequence } = verifyFraming(() => lines({ delimiter, maxLength }), stream, { cuts: 10 });
        assert.deepEqual(
          sequence.map((entry) => (entry.startsWith('throw(LineTooLongError') ? 'too long' : entry)),
          expected,
        );
      }),
    );
  });
});

/** Gives a stream byte by byte, and returns after how many of them it throws; undefined when it does not. */
function refusal(decoder: Decoder<unknown>, stream: Buffer): { at: number; error: unknown } | undefined {
  for (let at = 0; at < stream.length; at += 1) {
    decoder.push(Buffer.from(stream.subarray(at, at + 1)));
    try {
      while (decoder.next() !== undefined);
    } catch (error) {
      return { at: at + 1, error };
    }
  }
  return undefined;
}

describe('the limit of a line', () => {
  test('R30 is exact wherever CR and LF fall', () => {
    const contents = [
      '',
      'a',
      '\r',
      '\n',
      'ab',
      'a\r',
      '\ra',
      '\n\r',
      'a\n',
      'abc',
      'ab\r',
      'a\r\r',
      '\r\r\r',
      '\n\n\n',
      '\ra\n',
    ];
    for (const content of contents) {
      const stream = `${content}\r\n`;
      const { length } = content;
      const passes = verifyFraming(() => lines({ maxLength: length }), stream, { cuts: 0 });
      assert.deepEqual(passes.sequence, frames(content));
      if (length === 0) continue;
      const { sequence } = verifyFraming(() => lines({ maxLength: length - 1 }), stream, { cuts: 0 });
      assert.deepEqual(
        [sequence.length, sequence[0]?.startsWith('throw(LineTooLongError')],
        [1, true],
        JSON.stringify(content),
      );
    }
  });

  test('R30 is 16,384 bytes unless set', () => {
    const line = Buffer.alloc(16_384, 'x');
    assert.equal(refusal(lines(), Buffer.concat([line, ascii('\r\n')])), undefined);
    assert.equal(refusal(lines(), Buffer.concat([line, ascii('x')]))?.at, 16_385);
    assert.equal(refusal(textLines(), Buffer.concat([line, ascii('\r\r')]))?.at, 16_386);
  });

  test('R30 is enforced at the first byte that proves it, and once', () => {
    for (const [stream, at] of [
      ['abcd', 4],
      ['abc\rd', 5],
      ['abc\r\r', 5],
      ['abc\n', 4],
      ['ab\r\r\r', 5],
      ['ok\r\nabcdefgh', 8],
    ] as const) {
      const found = refusal(lines({ maxLength: 3 }), ascii(stream));
      assert.equal(found?.at, at, JSON.stringify(stream));
      assert.ok(found?.error instanceof LineTooLongError);
    }
    for (const stream of ['abc', 'abc\r', 'ab\r\r', 'abc\r\nabc\r']) {
      assert.equal(refusal(lines({ maxLength: 3 }), ascii(stream)), undefined, JSON.stringify(stream));
    }
  });
});

describe('what is no netstring', () => {
  const BAD: Record<string, number> = {
    '00:,': 2,
    '01:a,': 2,
    '+1:a,': 1,
    '-1:a,': 1,
    ' 1:a,': 1,
    '1 :a,': 2,
    '1:ab': 4,
    '1:a\n': 4,
    '0:a': 3,
    '999999999999:': 6,
    '100000:': 6,
    ':,': 1,
    ',': 1,
    '1,a,': 2,
    '1;a,': 2,
    '0x1:a,': 2,
    '\x001:a,': 1,
    '\r\n': 1,
    '1:a,,': 5,
    '3:abc,02:de,': 8,
  };

  for (const [stream, at] of Object.entries(BAD)) {
    test(`R32 ${JSON.stringify(stream)} is refused at byte ${at}, and from then on`, () => {
      const decoder = netstrings();
      const found = refusal(decoder, ascii(stream));
      assert.equal(found?.at, at);
      assert.ok(found?.error instanceof NetstringParseError && found.error instanceof FramingError);
      decoder.push(ascii('1:a,'));
      assert.throws(
        () => decoder.next(),
        (error) => error === found?.error,
      );
      const { sequence } = verifyFraming(() => netstrings(), stream, { cuts: 100 });
      assert.match(sequence.at(-1) ?? '', /^throw\(NetstringParseError: /);
    });
  }

  test('R32 a million digits are refused at the sixth', () => {
    const digits = Buffer.alloc(1_000_000, '1');
    assert.equal(refusal(netstrings(), digits)?.at, 6);
    const decoder = netstrings({ maxLength: Number.POSITIVE_INFINITY });
    assert.equal(refusal(decoder, digits)?.at, 17);
    assert.equal(refusal(netstrings(), Buffer.alloc(1_000_000, '0'))?.at, 2);
  });

  test('R32 the limit is 99,999 bytes unless set, and exact', () => {
    const whole = Buffer.concat([ascii('99999:'), Buffer.alloc(99_999), ascii(',')]);
    const decoder = netstrings();
    decoder.push(whole);
    assert.equal(decoder.next()?.length, 99_999);
    assert.equal(refusal(netstrings({ maxLength: 10 }), ascii('11:'))?.at, 2);
    assert.equal(refusal(netstrings({ maxLength: 10 }), ascii('10:0123456789,0:,')), undefined);
  });
});

describe('the limits of length prefixes', () => {
  for (const bytes of [1, 2, 4] as const) {
    test(`R33 ${bytes} bytes: exact, and enforced once the prefix is there`, () => {
      const prefix = (length: number): Buffer => {
        const buffer = Buffer.alloc(bytes);
        buffer.writeUIntBE(length, 0, bytes);
        return buffer;
      };
      const exact = Buffer.concat([prefix(10), Buffer.alloc(10), prefix(0)]);
      assert.equal(refusal(lengthPrefixed(bytes, { maxLength: 10 }), exact), undefined);
      const found = refusal(lengthPrefixed(bytes, { maxLength: 10 }), Buffer.concat([prefix(11), Buffer.alloc(11)]));
      assert.equal(found?.at, bytes);
      assert.ok(found?.error instanceof LengthLimitError && found.error.length === 11);
    });
  }

  test('R33 the limit is 99,999 bytes unless set', () => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(99_999);
    assert.equal(refusal(lengthPrefixed(4), prefix), undefined);
    prefix.writeUInt32BE(100_000);
    assert.equal(refusal(lengthPrefixed(4), prefix)?.at, 4);
  });

  test('R34 a varint that is none is refused at the byte that proves it', () => {
    for (const [bytes, at] of [
      [[0x80, 0x00], 2],
      [[0x81, 0x80, 0x00], 3],
      [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], 8],
      [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 9],
    ] as const) {
      const found = refusal(varintPrefixed(), Buffer.from(bytes));
      assert.equal(found?.at, at);
      assert.ok(found?.error instanceof VarintParseError);
    }
    const found = refusal(varintPrefixed(), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]));
    assert.ok(found?.error instanceof LengthLimitError && found.error.length === Number.MAX_SAFE_INTEGER);
    assert.equal(found.at, 8);
  });
});
