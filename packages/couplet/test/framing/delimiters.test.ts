import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LineDelimiter } from 'couplet/framing';
import { type Decoder, LineTooLongError, lines, textLines } from 'couplet/framing';
import { LineOnlyReceiver, LineReceiver, TextLineReceiver } from 'couplet/protocols';
import { StringTransport, verifyFraming } from 'couplet/testing';
import fc from 'fast-check';
import { all, open, take } from '../line.ts';

/** The lines of a whole stream, `null` for one that is too long, and what is left, found by brute force. */
function model(stream: string, delimiters: readonly string[], maxLength: number): (string | null)[] {
  const longest = [...delimiters].sort((one, other) => other.length - one.length);
  const found: (string | null)[] = [];
  let from = 0;
  for (let end = 0; end <= stream.length; end += 1) {
    const ending = longest.find((one) => end - one.length >= from && stream.slice(0, end).endsWith(one));
    if (ending === undefined) continue;
    const line = stream.slice(from, end - ending.length);
    found.push(line.length > maxLength ? null : line);
    from = end;
  }
  return found;
}

/** The same, by a decoder that gets the stream in pieces. */
function decoded(decoder: Decoder<Buffer | string>, stream: string, cuts: readonly number[]): (string | null)[] {
  const found: (string | null)[] = [];
  const drain = (): void => {
    for (;;) {
      try {
        const line = decoder.next();
        if (line === undefined) return;
        found.push(line.toString());
      } catch (error) {
        assert.ok(error instanceof LineTooLongError);
        found.push(null);
      }
    }
  };
  const bytes = Buffer.from(stream, 'latin1');
  for (let at = 0, next = 0; at < bytes.length; next += 1) {
    const size = cuts[next % cuts.length] ?? 1;
    decoder.push(bytes.subarray(at, at + size));
    at += size;
    if (next % 3 !== 0) drain();
  }
  drain();
  return found;
}

const SETS: readonly (readonly string[])[] = [
  ['\r\n', '\n'],
  ['\n', '\r\n'],
  ['\n', 'ab\n', 'b\n'],
  ['\r\n', 'a\r\n', '.\r\r\n'],
  ['\n', `${'a'.repeat(20)}\n`],
];

describe('R64 several delimiters', () => {
  test('R64 the longest one that ends there ends the line, however the stream is cut', () => {
    const letters = fc.constantFrom('a', 'b', '.', '\r', '\n', '\n', '\r\n', 'ab\n', 'a'.repeat(20));
    const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 9 });
    const property = fc.property(
      fc.constantFrom(...SETS),
      fc.array(letters, { maxLength: 30 }),
      cuts,
      fc.integer({ min: 0, max: 8 }),
      fc.boolean(),
      (delimiter, parts, sizes, maxLength, text) => {
        const stream = parts.join('');
        const decoder = text ? textLines({ delimiter, maxLength }) : lines({ delimiter, maxLength });
        // A line that is not whole may be known to be too long.
        const found = decoded(decoder, stream, sizes);
        const expected = model(stream, delimiter, maxLength);
        if (found.length === expected.length + 1) assert.equal(found.pop(), null);
        assert.deepEqual(found, expected);
      },
    );
    fc.assert(property, { numRuns: 3000 });
  });

  test('R64 in long chunks too, with text that is not ASCII', () => {
    const line = `${'x'.repeat(3000)}é`;
    const stream = Buffer.from(`${line}\r\n${line}\n\r\n${'y'.repeat(5000)}\r\n`);
    const decoder = textLines({ delimiter: ['\r\n', '\n'] });
    decoder.push(stream);
    assert.deepEqual([...decoder], [line, line, '', 'y'.repeat(5000)]);
    const paragraph = lines({ delimiter: ['\n', `${'-'.repeat(4000)}\n`] });
    const block = Buffer.from(`${'z'.repeat(2500)}${'-'.repeat(4000)}\nend\n`);
    for (let at = 0; at < block.length; at += 700) paragraph.push(block.subarray(at, at + 700));
    assert.deepEqual(
      [...paragraph].map((one) => one.length),
      [2500, 3],
    );
  });

  test('R64 a line of maxLength bytes counts neither delimiter', () => {
    for (const stream of ['abc\r\nabc\n', 'abcd\nabc\r\n']) {
      for (const cuts of [[1], [2], [3], [4], [100]]) {
        const expected = stream.startsWith('abcd') ? [null, 'abc'] : ['abc', 'abc'];
        assert.deepEqual(decoded(lines({ delimiter: ['\r\n', '\n'], maxLength: 3 }), stream, cuts), expected);
      }
    }
  });

  test('R64 receivers take a list, and send with sendDelimiter, or CRLF', () => {
    class Lenient extends LineReceiver {
      override delimiter: LineDelimiter = ['\r\n', '\n'];
      readonly heard: string[] = [];
      override lineReceived(line: Buffer): void {
        this.heard.push(line.toString());
        this.sendLine(line);
        this.sendLine(String(line));
      }
    }
    const transport = new StringTransport();
    const protocol = new Lenient();
    protocol.makeConnection(transport);
    protocol.dataReceived(Buffer.from('one\r\ntwo\nthree\r'));
    protocol.dataReceived(Buffer.from('\n'));
    assert.deepEqual(protocol.heard, ['one', 'two', 'three']);
    assert.equal(String(transport.value()), 'one\r\none\r\ntwo\r\ntwo\r\nthree\r\nthree\r\n');
    transport.clear();
    protocol.sendDelimiter = '\n';
    protocol.sendLine('four');
    protocol.sendLine(Buffer.from('five'));
    assert.equal(String(transport.value()), 'four\nfive\n');
    for (const receiver of [new TextLineReceiver(), new LineOnlyReceiver()]) {
      const other = new StringTransport();
      receiver.makeConnection(other);
      receiver.delimiter = '|';
      receiver.sendLine('one');
      receiver.sendDelimiter = ';';
      receiver.sendLine('two');
      assert.equal(String(other.value()), 'one|two;');
    }
    assert.equal('sendDelimiter' in new LineReceiver(), false);
  });

  test('R27 a receiver with a list gets the same however the stream is cut', () => {
    class Lenient extends LineReceiver {
      override delimiter: LineDelimiter = ['\r\n', '\n'];
      override maxLength = 5;
      override lineReceived(line: Buffer): void {
        if (line.toString() === 'raw') this.expectBytes(3);
      }
      override bytesReceived(): void {}
      override lineLengthExceeded(): void {}
    }
    verifyFraming(() => new Lenient(), 'one\r\n\n\r\r\nraw\n\r\n\nfive5\r\nsixsix\r\nlast\n', {
      callbacks: ['lineReceived', 'bytesReceived', 'lineLengthExceeded'],
    });
  });

  test('R64 lines of a Connection', async () => {
    const { line, connection } = open();
    line.hear('one\r', '\ntwo\nthree\r\nrest');
    const reader = connection.lines({ delimiter: ['\r\n', '\n'] });
    assert.deepEqual(await take(reader, 3), ['one', 'two', 'three']);
    line.hearEnd();
    assert.deepEqual((await all(connection)).map(String), ['rest']);
  });

  test('R64 a delimiter that would never be found is refused', () => {
    for (const [delimiter, message] of [
      [[], 'the list of delimiters is empty'],
      [['\n', ''], 'the delimiter is empty'],
      [['\r', '\r\n'], 'delimiter "\\r\\n" does not have the shortest, "\\r", as its end alone'],
      [['\n', '\0'], 'delimiter "\\n" does not have the shortest, "\\u0000", as its end alone'],
      [['\n', '\n.\n'], 'delimiter "\\n.\\n" does not have the shortest, "\\n", as its end alone'],
    ] as const) {
      assert.throws(() => lines({ delimiter }), { name: 'RangeError', message });
    }
  });
});
