import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Connection } from '../../src/connection/connection.ts';
import { Inlet } from '../../src/connection/inlet.ts';
import { LineTooLongError, NetstringParseError } from '../../src/framing/errors.ts';
import { ConnectionAborted, ConnectionLost } from '../../src/protocol/errors.ts';
import { all, Line, open, take } from '../line.ts';

describe('reading a Connection', () => {
  test('R39 a pull gets the chunk that arrives, and a consumer that keeps up never touches the wire', async () => {
    const { line, connection } = open();
    const chunks = connection[Symbol.asyncIterator]();
    for (const text of ['one', 'two', 'three']) {
      const pull = chunks.next();
      line.hear(text);
      const { value } = await pull;
      assert.equal(String(value), text);
      await line.settle();
    }
    assert.deepEqual(line.wire.calls, []);
  });

  test('R39 a chunk that nobody waits for stops the reading, and the pull behind it lets it go on', async () => {
    const { line, connection } = open();
    const chunks = connection[Symbol.asyncIterator]();
    line.hear('one');
    assert.deepEqual(line.wire.calls, ['pause']);
    const first = await chunks.next();
    await line.settle();
    assert.equal(String(first.value), 'one');
    assert.deepEqual(line.wire.calls, ['pause']);
    const second = chunks.next();
    await line.settle();
    assert.deepEqual(line.wire.calls, ['pause', 'resume']);
    line.hear('two', 'three');
    assert.deepEqual(line.wire.calls, ['pause', 'resume', 'pause']);
    assert.equal(String((await second).value), 'two');
    assert.equal(String((await chunks.next()).value), 'three');
  });

  test('a pulled chunk is the one that arrived, not a copy', async () => {
    const line = new Line(new Inlet());
    const chunk = Buffer.from('verse');
    const pull = new Connection(line.inlet)[Symbol.asyncIterator]().next();
    line.inlet.dataReceived(chunk);
    assert.equal((await pull).value, chunk);
  });

  test('R39 iteration ends with the input, and writing goes on', async () => {
    const { line, connection } = open();
    line.hear('one');
    const chunks = all(connection);
    line.hearEnd();
    assert.deepEqual((await chunks).map(String), ['one']);
    assert.equal(await connection.write('answer'), true);
    await line.settle();
    assert.equal(String(line.wire.output), 'answer');
    assert.deepEqual((await all(connection)).length, 0);
  });

  test('R39 iteration throws the reason when the connection is cut, after what had arrived', async () => {
    const { line, connection } = open();
    line.hear('one');
    line.cut();
    const chunks = connection[Symbol.asyncIterator]();
    assert.equal(String((await chunks.next()).value), 'one');
    await assert.rejects(chunks.next(), ConnectionLost);
    await assert.rejects(chunks.next(), (reason) => reason === line.inlet.reason);
  });

  test('R39 a pull that waits rejects with the reason', async () => {
    const { line, connection } = open();
    const pull = connection.lines().next();
    line.hear('half a li');
    line.cut();
    await assert.rejects(pull, ConnectionLost);
  });

  test('R39 a reset after the end of the input does not spoil the iteration', async () => {
    const { line, connection } = open();
    line.hear('one\r\n');
    const { inlet } = line;
    const lines = connection.lines();
    assert.deepEqual(await take(lines, 1), ['one']);
    line.hearEnd();
    line.cut();
    assert.equal(inlet.reason?.name, 'ConnectionLost');
    assert.deepEqual(await lines.next(), { done: true, value: undefined });
  });

  test('R39 an end inside of a frame throws a FramingError, and a reader of bytes gets what there is', async () => {
    for (const end of [(line: Line<Inlet>) => line.hearEnd(), (line: Line<Inlet>) => line.cut('done')]) {
      const { line, connection } = open();
      const lines = connection.lines();
      line.hear('whole\r\nhalf');
      assert.deepEqual(await take(lines, 1), ['whole']);
      const pull = lines.next();
      end(line);
      const cut = { name: 'FramingError', message: 'the input ended inside a frame, 4 bytes after its beginning' };
      await assert.rejects(pull, cut);
      await assert.rejects(lines.next(), cut);
      assert.deepEqual((await all(connection)).map(String), ['half']);
      assert.deepEqual(await lines.next(), { done: true, value: undefined });
    }
  });

  test('R39 leaving a loop closes in order', async () => {
    const leave = async (connection: Connection, how: 'break' | 'return' | 'throw'): Promise<void> => {
      for await (const line of connection.lines()) {
        assert.equal(line, 'one');
        if (how === 'break') break;
        if (how === 'return') return;
        throw new Error('enough');
      }
    };
    for (const how of ['break', 'return', 'throw'] as const) {
      const { line, connection } = open();
      line.hear('one\r\ntwo\r\n');
      await leave(connection, how).catch((error: Error) => assert.equal(error.message, 'enough'));
      await line.settle();
      assert.deepEqual(line.wire.calls, ['pause', 'resume', 'end'], how);
      line.hear('three\r\n');
      assert.deepEqual(await all(connection.lines()), []);
    }
  });

  test('R39 a pull by hand and no more leaves the connection open', async () => {
    const { line, connection } = open();
    line.hear('one\r\ntwo\r\n');
    assert.deepEqual(await take(connection.lines(), 1), ['one']);
    await line.settle();
    assert.deepEqual(line.wire.calls, ['pause']);
  });

  test('R39 a second pull at the same time throws, whoever makes it, and the first one gets its frame', async () => {
    const { line, connection } = open();
    const lines = connection.lines();
    const pull = lines.next();
    const busy = /^Error: the connection is being read already/;
    assert.throws(() => lines.next(), busy);
    assert.throws(() => connection.netstrings().next(), busy);
    line.hear('one\r\n');
    assert.equal((await pull).value, 'one');
  });

  test('R39 close ends a pull that waits, abort rejects it', async () => {
    const left = open();
    const pull = left.connection.lines().next();
    left.line.hear('half a li');
    left.connection.close();
    assert.deepEqual(await pull, { done: true, value: undefined });
    const gone = open();
    const lost = gone.connection.lines().next();
    gone.connection.abort();
    gone.line.cut();
    await assert.rejects(lost, ConnectionAborted);
  });

  test('R29 nothing is read after close or abort, not even what had arrived', async () => {
    const left = open();
    left.line.hear('one\r\ntw');
    left.connection.close();
    assert.deepEqual(await all(left.connection.lines()), []);
    left.line.cut('done');
    assert.deepEqual(await all(left.connection.lines()), []);
    const gone = open();
    gone.line.hear('one\r\ntw');
    gone.connection.abort();
    const pull = gone.connection.lines().next();
    gone.line.cut();
    await assert.rejects(pull, ConnectionAborted);
  });
});

describe('the frames of a Connection', () => {
  test('R34 readers follow one another, and each begins behind the last frame taken', async () => {
    const { line, connection } = open();
    line.hear('LOGIN\r\n5:hello,\u0003abc\u0000\u0001x\u0000\u0000\u0000\u0002yzé\r\nlast\nrest');
    line.hearEnd();
    assert.deepEqual(await take(connection.lines(), 1), ['LOGIN']);
    assert.deepEqual((await take(connection.netstrings(), 1)).map(String), ['hello']);
    for (const [bytes, string] of [
      [1, 'abc'],
      [2, 'x'],
      [4, 'yz'],
    ] as const) {
      assert.deepEqual((await take(connection.strings(bytes), 1)).map(String), [string]);
    }
    assert.deepEqual(await take(connection.lines({ encoding: 'latin1' }), 1), ['Ã©']);
    assert.deepEqual(await take(connection.lines({ encoding: 'buffer', delimiter: '\n' }), 1), [Buffer.from('last')]);
    assert.deepEqual((await all(connection)).map(String), ['rest']);
  });

  test('R27 however the stream is cut, and whenever it is pulled, the frames are the same', async () => {
    const stream = Buffer.from('a\r\n\r\n3:one,0:,\u0001!naïve\r\n\u0000\u0003two\r\nthe end');
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: stream.length });
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (cuts, early) => {
        const { line, connection } = open();
        const frames = (async (): Promise<unknown[]> => {
          const lines = connection.lines();
          return [
            ...(await take(lines, 2)),
            ...(await take(connection.netstrings(), 2)).map(String),
            ...(await take(connection.strings(1), 1)).map(String),
            ...(await take(lines, 1)),
            ...(await take(connection.strings(2), 1)).map(String),
            ...(await take(lines, 1)),
            (await all(connection)).map(String).join(''),
          ];
        })();
        for (let at = 0, next = 0; at < stream.length; next += 1) {
          const size = cuts[next % cuts.length] ?? 1;
          line.hear(stream.subarray(at, at + size));
          at += size;
          // The network sends nothing more until it is resumed.
          while (line.wire.calls.at(-1) === 'pause') await line.settle();
          if (early) await line.settle();
        }
        line.hearEnd();
        assert.deepEqual(await frames, ['a', '', 'one', '', '!', 'naïve', 'two', '', 'the end']);
      }),
      { numRuns: 300 },
    );
  });

  test('a frame that cannot be throws out of the loop and leaves the connection open', async () => {
    const { line, connection } = open();
    line.hear('3:one,two');
    const heard: string[] = [];
    await assert.rejects(async () => {
      for await (const string of connection.netstrings()) heard.push(String(string));
    }, NetstringParseError);
    assert.deepEqual(heard, ['one']);
    await connection.write('what?');
    await line.settle();
    assert.equal(String(line.wire.output), 'what?');
  });

  test('who pulls again after a line that is too long gets the next one', async () => {
    const { line, connection } = open();
    const lines = connection.lines({ maxLength: 3 });
    const pull = lines.next();
    line.hear('long, lo');
    await assert.rejects(pull, LineTooLongError);
    const next = lines.next();
    line.hear('ng\r\nok\r\n');
    assert.equal((await next).value, 'ok');
  });

  test('an option that cannot be throws at once', () => {
    const { connection } = open();
    assert.throws(() => connection.lines({ delimiter: '' }), RangeError);
  });
});
