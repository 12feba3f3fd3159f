import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FrameInput } from 'couplet/framing';
import { type Decoder, decoder, FramingError, LengthLimitError, VarintParseError } from 'couplet/framing';
import { verifyFraming } from 'couplet/testing';
import fc from 'fast-check';
import { collector } from '../collector.ts';

type Value = string | number | Buffer | null | readonly Value[];

/** RESP2: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function* resp(input: FrameInput): Generator<FrameInput, Value, unknown> {
  const kind = yield* input.uint8();
  switch (String.fromCharCode(kind)) {
    case '+':
      return yield* input.text();
    case ':':
      return yield* input.decimal();
    case '$': {
      const length = yield* input.decimal();
      if (length === -1) return null;
      const bytes = yield* input.bytes(length);
      yield* input.skip(2);
      return bytes;
    }
    case '*': {
      const values: Value[] = [];
      for (let left = yield* input.decimal(); left > 0; left -= 1) values.push(yield* resp(input));
      return values;
    }
    default:
      throw new FramingError(`a value begins with byte ${kind}`);
  }
}

/** Every kind of request, with delimiters of one to three bytes. */
function* mixed(input: FrameInput): Generator<FrameInput, unknown, unknown> {
  const small = yield* input.uint8();
  const numbers = [
    yield* input.uint16(),
    yield* input.uint16LE(),
    yield* input.uint32(),
    yield* input.uint32LE(),
    yield* input.varint(),
    yield* input.varint(2),
  ];
  const line = yield* input.line();
  const text = yield* input.text('\n');
  const latin = yield* input.text('aab', 'latin1');
  const until = yield* input.until(Buffer.of(0, 0));
  const count = yield* input.decimal(' ');
  yield* input.skip(3);
  const none = yield* input.bytes(0);
  return { small, numbers, line, text, latin, until, count, none };
}

const MIXED = Buffer.concat([
  Buffer.of(7, 1, 2, 1, 2, 1, 2, 3, 4, 1, 2, 3, 4, 0xac, 0x02, 0x81, 0x01),
  Buffer.from('a\rline\n\r\n\u5f00\u59cb\naaaaab\xe9', 'utf8'),
  Buffer.from([0xe9, 0x61, 0x61, 0x62, 1, 0, 2, 0, 0]),
  Buffer.from('-9007199254740991 xyz'),
]);

/** What a compiler or linter does not see through. */
const never = (): boolean => false;

function framesOf<Frame>(one: Decoder<Frame>, ...chunks: (Uint8Array | string)[]): Frame[] {
  return chunks.flatMap((chunk) => {
    one.push(Buffer.from(chunk));
    return [...one];
  });
}

describe('R51 a decoder by a generator', () => {
  const stream = '*3\r\n$3\r\nSET\r\n$5\r\nhello\r\n$0\r\n\r\n:-42\r\n+OK\r\n$-1\r\n*0\r\n*2\r\n*1\r\n:7\r\n+\r\n';

  test('R51 reads RESP, however it is cut', () => {
    const { sequence } = verifyFraming(() => decoder(resp), stream, { cuts: 5000 });
    assert.equal(sequence.length, 6);
    assert.deepEqual(framesOf(decoder(resp), stream).slice(1), [-42, 'OK', null, [], [[7], '']]);
  });

  test('R51 has every kind of request, however they are cut', () => {
    verifyFraming(() => decoder(mixed), Buffer.concat([MIXED, MIXED]), { cuts: 5000 });
    assert.deepEqual(framesOf(decoder(mixed), MIXED), [
      {
        small: 7,
        numbers: [0x0102, 0x0201, 0x01020304, 0x04030201, 300, 129],
        line: Buffer.from('a\rline\n'),
        text: '\u5f00\u59cb',
        latin: 'aaa',
        until: Buffer.from('c3a9e9616162010002', 'hex'),
        count: -9007199254740991,
        none: Buffer.alloc(0),
      },
    ]);
  });

  test('R51 reads what was written, by any cut', () => {
    const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    })).value;
    const write = (one: Value): Buffer => {
      if (typeof one === 'number') return Buffer.from(`:${one}\r\n`);
      if (one instanceof Buffer) return Buffer.concat([Buffer.from(`$${one.length}\r\n`), one, Buffer.from('\r\n')]);
      if (!Array.isArray(one)) throw new TypeError('not written here');
      return Buffer.concat([Buffer.from(`*${one.length}\r\n`), ...one.map(write)]);
    };
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (values, places) => {
          const bytes = Buffer.concat(values.map(write));
          const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
          const chunks = cuts.slice(1).map((to, at) => bytes.subarray(cuts[at], to));
          assert.deepEqual(framesOf(decoder(resp, { maxLength: Infinity }), ...chunks), values);
        },
      ),
    );
  });

  test('R51 what it holds begins with the frame, and is given back', () => {
    const one = decoder(resp);
    assert.deepEqual(framesOf(one, '+OK\r\n*2\r\n:1', '\r\n$10\r\n01234'), ['OK']);
    const held = '*2\r\n:1\r\n$10\r\n01234';
    assert.equal(one.held, held.length);
    assert.equal(one.rest().toString(), held);
    assert.equal(one.held, 0);
    assert.deepEqual(framesOf(one, ':5\r\n'), [5]);
    one.push(Buffer.from(':1'));
    assert.equal(one.next(), undefined);
    one.push(Buffer.from('\r\n:2\r\n'));
    one.unread(Buffer.from('+x\r\n'));
    assert.deepEqual([...one], ['x', 1, 2]);
  });

  test('R51 what it has consumed and given back is any cut of any stream', () => {
    fc.assert(
      fc.property(fc.nat(stream.length), fc.array(fc.nat(stream.length), { maxLength: 6 }), (end, places) => {
        const bytes = Buffer.from(stream).subarray(0, end);
        const one = decoder(resp);
        const cuts = [0, ...places.filter((place) => place < end).sort((a, b) => a - b), end];
        const frames = framesOf(one, ...cuts.slice(1).map((to, at) => bytes.subarray(cuts[at], to)));
        const rest = one.rest();
        assert.ok(bytes.subarray(end - rest.length).equals(rest));
        assert.deepEqual(
          [...frames, ...framesOf(one, rest, Buffer.from(stream).subarray(end))],
          framesOf(decoder(resp), stream),
        );
      }),
    );
  });

  test('R51 a frame that is too long ends the stream before it is kept', () => {
    const long = decoder(resp, { maxLength: 20 });
    assert.throws(
      () => framesOf(long, '$100\r\n'),
      (error: unknown) => error instanceof LengthLimitError && error.length === 106,
    );
    assert.throws(() => long.next(), LengthLimitError);
    const line = decoder(resp, { maxLength: 20 });
    assert.deepEqual(framesOf(line, `+${'x'.repeat(17)}\r\n`), ['x'.repeat(17)]);
    assert.throws(() => framesOf(line, `+${'x'.repeat(18)}\r\n`), LengthLimitError);
    const endless = decoder(resp, { maxLength: 20 });
    assert.throws(() => framesOf(endless, '+', ...'x'.repeat(30)), LengthLimitError);
    assert.equal(endless.held, 20);
    assert.throws(() => decoder(resp, { maxLength: -1 }), RangeError);
  });

  test('R51 what the peer did wrong is a FramingError, again and again', () => {
    for (const text of ['!', ':1x\r\n', ':\r\n', ':-\r\n', ':9007199254740992\r\n', '$-2\r\n', ':+1\r\n']) {
      const one = decoder(resp);
      assert.throws(() => framesOf(one, text), FramingError, text);
      assert.throws(() => framesOf(one, '+OK\r\n'), FramingError, text);
      const cut = decoder(resp);
      assert.throws(() => framesOf(cut, ...text), FramingError, text);
    }
    const varint = (maxBytes?: number) =>
      decoder(function* (input) {
        return yield* input.varint(maxBytes);
      });
    assert.throws(() => framesOf(varint(), Buffer.of(0x80, 0)), VarintParseError);
    assert.throws(() => framesOf(varint(4), Buffer.of(0x80, 0x80), Buffer.of(0x80, 0x80)), VarintParseError);
    assert.deepEqual(framesOf(varint(4), Buffer.of(0xff, 0xff, 0xff), Buffer.of(0x7f)), [268_435_455]);
  });

  test('R51 a mistake of the generator is an error that says what it was', () => {
    const fails = (read: Parameters<typeof decoder>[0], pattern: RegExp): void => {
      const one = decoder(read);
      assert.throws(() => framesOf(one, 'abc'), pattern);
      assert.throws(() => one.next(), pattern);
    };
    fails(function* (input) {
      yield* input.uint8();
      return undefined;
    }, /^TypeError: the generator returned undefined/);
    fails(function* (input) {
      if (never()) yield input;
      return 5;
    }, /^Error: the generator returned a frame without having read a byte/);
    fails(function* (input) {
      yield input;
      return 5;
    }, /^TypeError: the generator yields .*: write yield\* before each request/);
    fails(function* (input) {
      input.skip(1);
      return yield* input.bytes(1);
    }, /^TypeError: a request is not yielded: write yield\* before each/);
    fails(function* (input) {
      const first = yield* input.uint8();
      input.bytes(1);
      return first;
    }, /^TypeError: a request is not yielded/);
    fails(function* (input) {
      input.bytes(100);
      return yield* input.line();
    }, /^TypeError: a request is not yielded/);
    fails(function* (input) {
      return yield* input.until('');
    }, /^RangeError: the delimiter is empty/);
    fails(function* (input) {
      yield* input.uint8();
      throw new RangeError('mine');
    }, /^RangeError: mine/);
  });

  test('R51 an answer is let go of with its frame', async () => {
    const collect = collector();
    const one = decoder(function* (input) {
      return (yield* input.bytes(80_000)).length;
    });
    const chunks = [Buffer.alloc(40_000), Buffer.alloc(40_000)];
    const refs = chunks.map((chunk) => new WeakRef(chunk));
    assert.deepEqual(framesOf(one, ...chunks.splice(0)), [80_000]);
    // A weak reference holds on until the present turn of the event loop is over.
    await new Promise(setImmediate);
    collect();
    assert.deepEqual([one.held, refs.map((ref) => ref.deref())], [0, [undefined, undefined]]);
  });

  test('R51 goes on only when what it asked for is whole', () => {
    let resumed = 0;
    const one = decoder(function* (input) {
      const bytes = yield* input.bytes(4);
      resumed += 1;
      return bytes.toString();
    });
    assert.deepEqual(framesOf(one, 'a', 'b', 'c'), []);
    assert.equal(resumed, 0);
    assert.deepEqual(framesOf(one, 'd'), ['abcd']);
    assert.equal(resumed, 1);
  });
});
