import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decoder } from 'couplet/framing';
import fc from 'fast-check';
import { IncompleteReadError, LengthLimitError, LineTooLongError } from '../../src/framing/errors.ts';
import { ConnectionAborted, ConnectionLost } from '../../src/protocol/errors.ts';
import { all, open, serve, settled, take } from '../line.ts';

describe('R53 reading a part of a Connection', () => {
  test('R53 readExactly and readUntil take what they are asked for, and readers follow', async () => {
    const { line, connection } = open();
    line.hear('5\r\nhello, tail\nlast\r\n');
    assert.equal(String(await connection.readUntil('\r\n')), '5');
    assert.equal(String(await connection.readExactly(5)), 'hello');
    assert.equal(String(await connection.readExactly(0)), '');
    assert.equal(String(await connection.readUntil(Buffer.from('\n'))), ', tail');
    assert.deepEqual(await take(connection.lines(), 1), ['last']);
    assert.deepEqual(line.wire.calls, ['pause']);
  });

  test('R53 however the stream is cut, what is read is the same', async () => {
    const stream = Buffer.from('head--\r\nab-\r\n-cd-\r\r\nend----\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }), async (cuts) => {
        const { line, connection } = open();
        const read = (async (): Promise<string[]> => [
          String(await connection.readUntil('--\r\n')),
          String(await connection.readExactly(3)),
          String(await connection.readUntil('-\r\r\n')),
          String(await connection.readUntil('---\r\n', { maxLength: 4 })),
        ])();
        for (let at = 0, next = 0; at < stream.length; next += 1) {
          const size = cuts[next % cuts.length] ?? 1;
          line.hear(stream.subarray(at, at + size));
          at += size;
          // The network sends nothing more until it is resumed.
          while (line.wire.calls.at(-1) === 'pause' && at < stream.length) await line.settle();
        }
        assert.deepEqual(await read, ['head', 'ab-', '\r\n-cd', 'end-']);
      }),
      { numRuns: 300 },
    );
  });

  test('R53 a short end throws what there was, and nothing is left', async () => {
    for (const [how, read] of [
      ['readExactly', (connection) => connection.readExactly(10)],
      ['readUntil', (connection) => connection.readUntil('\r\n')],
    ] satisfies [string, (connection: ReturnType<typeof open>['connection']) => Promise<Buffer>][]) {
      for (const late of [false, true]) {
        const { line, connection } = open();
        line.hear('par');
        if (!late) line.hearEnd();
        const pull = read(connection);
        if (late) {
          line.hear('tial');
          line.hearEnd();
        }
        await assert.rejects(pull, (error) => {
          assert.ok(error instanceof IncompleteReadError, how);
          assert.equal(error.message, `the input ended after ${late ? 7 : 3} bytes of what was to be read`);
          assert.equal(String(error.partial), late ? 'partial' : 'par');
          return true;
        });
        assert.deepEqual(await all(connection.lines()), []);
        await assert.rejects(connection.readExactly(1), { name: 'IncompleteReadError', partial: Buffer.of() });
        assert.equal((await connection.readExactly(0)).length, 0);
      }
    }
  });

  test('R53 a cut connection throws the reason, one that this side closed an empty IncompleteReadError', async () => {
    const cut = open();
    const lost = cut.connection.readExactly(4);
    cut.line.hear('abc');
    cut.line.cut();
    await assert.rejects(lost, ConnectionLost);
    const left = open();
    const pull = left.connection.readUntil('\n');
    left.line.hear('abc');
    left.connection.close();
    await assert.rejects(pull, { name: 'IncompleteReadError', partial: Buffer.of() });
    await assert.rejects(left.connection.readExactly(1), IncompleteReadError);
    const gone = open();
    const aborted = gone.connection.readExactly(4);
    gone.connection.abort();
    gone.line.cut();
    await assert.rejects(aborted, ConnectionAborted);
  });

  test('R53 an abort signal leaves the bytes for the next reader', async () => {
    for (const next of ['exactly', 'until', 'lines'] as const) {
      const { line, connection } = open();
      const controller = new AbortController();
      const pull = connection.readExactly(8, { signal: controller.signal });
      line.hear('one', '\r');
      controller.abort('enough');
      await assert.rejects(pull, (reason) => reason === 'enough');
      const again = new AbortController();
      const until = connection.readUntil('\r\n', { signal: again.signal });
      again.abort('enough again');
      await assert.rejects(until, (reason) => reason === 'enough again');
      line.hear('\ntwo\r\n');
      if (next === 'exactly') assert.equal(String(await connection.readExactly(7)), 'one\r\ntw');
      else if (next === 'until') assert.equal(String(await connection.readUntil('\r\n')), 'one');
      else assert.deepEqual(await take(connection.lines(), 2), ['one', 'two']);
    }
  });

  test('R53 a signal that was aborted before reads nothing, and one that is aborted later does nothing', async () => {
    const { line, connection } = open();
    line.hear('one two');
    const read = connection.readExactly(3, { signal: AbortSignal.abort('before') });
    await assert.rejects(read, (reason) => reason === 'before');
    const controller = new AbortController();
    assert.equal(String(await connection.readExactly(3, { signal: controller.signal })), 'one');
    const pull = connection.readUntil('!', { signal: controller.signal });
    line.hear('!');
    controller.abort();
    assert.equal(String(await pull), ' two');
    const other = connection.readExactly(1);
    await line.settle();
    assert.equal(await settled(other), false);
    connection.close();
    await assert.rejects(other, IncompleteReadError);
  });

  test('R53 what is too long rejects, however it is cut, and stays to be read', async () => {
    for (const pieces of [['abcdef\nrest'], [...'abcdef\nrest']]) {
      const { line, connection } = open();
      const pull = connection.readUntil('\n', { maxLength: 5 });
      for (const piece of pieces) {
        line.hear(piece);
        await line.settle();
      }
      await assert.rejects(pull, (error) => {
        assert.ok(error instanceof LineTooLongError);
        assert.equal(error.message, 'the delimiter does not follow within maxLength (5 bytes)');
        return true;
      });
      assert.equal(String(await connection.readUntil('\n', { maxLength: 6 })), 'abcdef');
      assert.equal(String(await connection.readExactly(4)), 'rest');
    }
    const { line, connection } = open();
    line.hear('x'.repeat(16_384), '\r\n');
    assert.equal((await connection.readUntil('\r\n')).length, 16_384);
    line.hear('x'.repeat(16_385), '\r\n');
    await assert.rejects(connection.readUntil('\r\n'), LineTooLongError);
  });

  test('R53 readExactly reads at most maxLength, 1 MiB unless set, and reads nothing otherwise', async () => {
    const { line, connection } = open();
    line.hear('abc');
    const tooLong = {
      name: 'LengthLimitError',
      message: 'a frame of 1048577 bytes is longer than maxLength (1048576)',
    };
    await assert.rejects(connection.readExactly(1_048_577), tooLong);
    await assert.rejects(connection.readExactly(3, { maxLength: 2 }), LengthLimitError);
    assert.equal(String(await connection.readExactly(3, { maxLength: 3 })), 'abc');
  });

  test('R28 a part that arrives in single bytes costs no more than a constant factor', async () => {
    const { line, connection } = open();
    const size = 300_000;
    const began = process.cpuUsage();
    const byte = Buffer.from('x');
    const exactly = connection.readExactly(size);
    for (let count = 0; count < size; count += 1) line.hear(byte);
    assert.equal((await exactly).length, size);
    const until = connection.readUntil('\r\n', { maxLength: size });
    for (let count = 0; count < size; count += 1) line.hear(byte);
    line.hear('\r\n');
    assert.equal((await until).length, size);
    const { user } = process.cpuUsage(began);
    assert.ok(user < 3_000_000, `${user} us`);
  });

  test('R39 only one read may wait, of whatever kind', async () => {
    const { line, connection } = open();
    const pull = connection.readExactly(1);
    const busy = /^Error: the connection is being read already/;
    assert.throws(() => connection.readUntil('\n'), busy);
    assert.throws(() => connection.lines().next(), busy);
    line.hear('x');
    assert.equal(String(await pull), 'x');
  });

  test('R53 frames iterates over those of any decoder', async () => {
    const { line, connection } = open();
    const counted = decoder(function* (input) {
      const size = yield* input.uint8();
      return (yield* input.bytes(size)).toString();
    });
    line.hear('\u0003one\u0005thr', 'ee\u0000rest');
    const frames = connection.frames(counted);
    assert.deepEqual(await take(frames, 3), ['one', 'three', '']);
    assert.equal(String(await connection.readExactly(4)), 'rest');
    line.hear('\u0002ab\u0009short');
    line.hearEnd();
    const heard: string[] = [];
    await assert.rejects(async () => {
      for await (const frame of frames) heard.push(frame);
    }, /^FramingError: the input ended inside a frame, 6 bytes after its beginning$/);
    assert.deepEqual(heard, ['ab']);
  });

  test('R53 wrong arguments throw', () => {
    const { connection } = open();
    assert.throws(() => connection.readExactly(-1), /^RangeError: length is -1, not a whole number from 0 to/);
    assert.throws(() => connection.readExactly(1, { maxLength: Number.NaN }), /^RangeError: maxLength is NaN/);
    assert.throws(() => connection.readUntil(''), /^RangeError: the delimiter is empty$/);
    assert.throws(() => connection.readUntil('\n', { maxLength: -1 }), /^RangeError: maxLength is -1/);
    assert.throws(
      () => Reflect.apply(connection.readExactly, connection, [1, { signal: 1 }]),
      /^TypeError: signal is the number 1, not an AbortSignal$/,
    );
    assert.throws(() => Reflect.apply(connection.frames, connection, [{}]), /^TypeError: decoder is an object, not a/);
  });

  test('R53 an incomplete read that leaves a handler is the fault of the peer, and is not reported', async () => {
    const line = serve(async (connection) => void (await connection.readExactly(10)));
    line.hear('abc');
    line.hearEnd();
    await line.settle();
    assert.ok(line.wire.calls.includes('abort'));
    assert.deepEqual(line.reports, []);
  });
});

describe('R63 the end of a Connection', () => {
  test('R63 finish sends all, closes, and resolves to the reason', async () => {
    const { line, connection } = open();
    void connection.write('all of it');
    const finished = connection.finish();
    await line.settle();
    assert.equal(String(line.wire.output), 'all of it');
    assert.equal(await settled(finished), false);
    line.cut('done');
    assert.equal((await finished).name, 'ConnectionDone');
    assert.equal(await connection.finish(), await connection.closed);
  });

  test('R63 peerEnded comes with the end of the output of the peer, while a handler works', async () => {
    const seen: unknown[] = [];
    const line = serve(async (connection) => {
      await connection.readUntil('\n');
      const { peerEnded } = connection;
      assert.equal(peerEnded, connection.peerEnded);
      await new Promise((resolve) => peerEnded.addEventListener('abort', resolve));
      seen.push(peerEnded.reason.name, peerEnded.reason.message);
      await connection.write('for the last time');
    });
    line.hear('work\n');
    await line.settle();
    assert.deepEqual(seen, []);
    line.hearEnd();
    await line.settle();
    assert.deepEqual(seen, ['ConnectionDone', 'the peer has ended its output']);
    assert.equal(String(line.wire.output), 'for the last time');
  });

  test('R63 peerEnded tells of an end before it was asked for, and of a connection that is gone', () => {
    const ended = open();
    ended.line.hearEnd();
    assert.equal(ended.connection.peerEnded.aborted, true);
    const cut = open();
    const { peerEnded } = cut.connection;
    assert.equal(peerEnded.aborted, false);
    cut.line.cut();
    assert.ok(peerEnded.reason instanceof ConnectionLost);
    const gone = open();
    gone.line.cut();
    assert.ok(gone.connection.peerEnded.reason instanceof ConnectionLost);
    const left = open();
    left.connection.close();
    assert.equal(left.connection.peerEnded.aborted, false);
    left.line.cut('done');
    assert.equal(left.connection.peerEnded.aborted, true);
  });
});
