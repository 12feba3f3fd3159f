import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LineReceiver, TextLineReceiver } from 'couplet/protocols';
import { StringTransport, verifyFraming } from 'couplet/testing';

/** Does what lines say: `body 5`, `raw 5`, `raw`, `stop 5`, and writes down what it gets. */
class Bodies extends LineReceiver {
  override maxBodyLength = 10;
  readonly log: string[] = [];
  #stopAfter = 0;

  override lineReceived(line: Buffer): void {
    this.log.push(`line ${line}`);
    const [word, count] = line.toString().split(' ');
    const length = count === undefined ? undefined : Number(count);
    if (word === 'body') this.expectBytes(length ?? 0);
    if (word === 'raw') this.setRawMode(length);
    if (word === 'stop') {
      this.#stopAfter = length ?? 0;
      this.setRawMode(100);
    }
  }
  override rawDataReceived(data: Buffer): void {
    this.log.push(`raw ${data}`);
    if (this.#stopAfter === 0) return;
    const extra = data.subarray(this.#stopAfter);
    this.#stopAfter = Math.max(0, this.#stopAfter - data.length);
    if (this.#stopAfter === 0) this.setLineMode(extra);
  }
  override rawDataEnded(): void {
    this.log.push('ended');
  }
  override bytesReceived(bytes: Buffer): void {
    this.log.push(`body ${bytes}`);
  }
  override bodyLengthExceeded(length: number): void {
    this.log.push(`exceeded ${length}`);
  }
}

function connected<P extends LineReceiver | TextLineReceiver>(protocol: P): P & { transport: StringTransport } {
  const transport = new StringTransport();
  protocol.makeConnection(transport);
  return Object.assign(protocol, { transport });
}

function logOf(...pieces: string[]): readonly string[] {
  const protocol = connected(new Bodies());
  for (const piece of pieces) protocol.dataReceived(Buffer.from(piece));
  return protocol.log;
}

const STREAM =
  'a\r\nbody 5\r\n12\r\n5b\r\nbody 0\r\nc\r\nraw 3\r\nx\r\nd\r\nraw 0\r\nbody 11\r\n01234567890e\r\nraw 4\r\n\r\n\r\nf\r\n';
const LOG = [
  'line a',
  'line body 5',
  'body 12\r\n5',
  'line b',
  'line body 0',
  'body ',
  'line c',
  'line raw 3',
  'raw x\r\n',
  'ended',
  'line d',
  'line raw 0',
  'ended',
  'line body 11',
  'exceeded 11',
  'line e',
  'line raw 4',
  'raw \r\n\r\n',
  'ended',
  'line f',
];

describe('R52 bytes that are counted', () => {
  test('R52 bodies come whole, raw bytes as they are, then lines again', () => {
    assert.deepEqual(logOf(STREAM), LOG);
  });

  test('R52 R27 however they are cut', () => {
    verifyFraming(() => new Bodies(), STREAM, {
      callbacks: ['lineReceived', 'bytesReceived', 'rawDataEnded', 'bodyLengthExceeded'],
      raw: ['rawDataReceived'],
      cuts: 5000,
    });
    class Text extends TextLineReceiver {
      override lineReceived(line: string): void {
        if (line.startsWith('\u6b63')) this.expectBytes(Number(line.slice(1)));
        if (line === 'raw') this.setRawMode(3);
      }
      override bytesReceived(_bytes: Buffer): void {}
      override rawDataReceived(_data: Buffer): void {}
      override rawDataEnded(): void {}
    }
    verifyFraming(() => new Text(), '\u6b632\r\n\u00e9\r\u6b63\r\n\u6b631\r\nxraw\r\n\r\n\r', {
      callbacks: ['lineReceived', 'bytesReceived', 'rawDataEnded'],
      raw: ['rawDataReceived'],
      cuts: 2000,
    });
  });

  test('R52 setLineMode ends a count, of raw bytes and of a body', () => {
    assert.deepEqual(logOf('stop 3\r\nabcline\r\n'), ['line stop 3', 'raw abcline\r\n', 'line line']);
    const protocol = connected(new Bodies());
    protocol.dataReceived(Buffer.from('body 9\r\nab'));
    protocol.dataReceived(Buffer.from('\r\ncd'));
    protocol.setLineMode();
    protocol.dataReceived(Buffer.from('\r\n'));
    assert.deepEqual(protocol.log, ['line body 9', 'line ab', 'line cd']);
  });

  test('R52 a wrong length, and a second count, throw', () => {
    const protocol = connected(new Bodies());
    for (const length of [-1, 1.5, Number.NaN]) {
      assert.throws(() => protocol.expectBytes(length), RangeError);
      assert.throws(() => protocol.setRawMode(length), RangeError);
    }
    protocol.expectBytes(3);
    const open = /^Error: 3 bytes of an earlier count have not been received yet$/;
    assert.throws(() => protocol.expectBytes(3), open);
    assert.throws(() => protocol.setRawMode(3), open);
    assert.throws(() => protocol.setRawMode(), open);
    protocol.dataReceived(Buffer.from('123line\r\n'));
    assert.deepEqual(protocol.log, ['body 123', 'line line']);
  });

  test('R52 bytes behind a body are awaited and dropped, however they are cut', () => {
    class Words extends LineReceiver {
      override maxBodyLength = 4;
      override lineReceived(line: Buffer): void {
        if (line.length > 0) this.expectBytes(Number(line), 2);
      }
      override bytesReceived(_bytes: Buffer): void {}
      override bodyLengthExceeded(_length: number): void {}
    }
    const callbacks = ['lineReceived', 'bytesReceived', 'bodyLengthExceeded'] as const;
    const { sequence } = verifyFraming(() => new Words(), '3\r\nabc\r\n0\r\n\r\n5\r\n12345\r\n\r\n4\r\nabcd\r', {
      callbacks,
      cuts: 1000,
    });
    assert.deepEqual(sequence, [
      'lineReceived(bytes "3")',
      'bytesReceived(bytes "abc")',
      'lineReceived(bytes "0")',
      'bytesReceived(bytes "")',
      'lineReceived(bytes "5")',
      'bodyLengthExceeded(5)',
      'lineReceived(bytes "")',
      'lineReceived(bytes "4")',
    ]);
    const words = connected(new Words());
    for (const trailing of [-1, 1.5, Number.NaN])
      assert.throws(
        () => words.expectBytes(1, trailing),
        /^RangeError: trailing is .*, not a whole number of at least 0$/,
      );
  });

  test('R52 a receiver is not idle while bytes of a count are missing', () => {
    for (const [line, rest] of [
      ['body 2', 'ab'],
      ['raw 2', 'ab'],
      ['body 11', '01234567890'],
    ] as const) {
      const protocol = connected(new Bodies());
      assert.equal(protocol.idle, true);
      protocol.dataReceived(Buffer.from(`${line}\r\n`));
      assert.deepEqual([protocol.heldBytes, protocol.idle], [0, false], line);
      protocol.dataReceived(Buffer.from(rest));
      assert.equal(protocol.idle, true, line);
    }
  });

  test('R52 a body that is too long closes, unless that is overridden', () => {
    class Plain extends LineReceiver {
      override maxBodyLength = 4;
      override lineReceived(line: Buffer): void {
        this.expectBytes(Number(line));
      }
      override bytesReceived(_bytes: Buffer): void {
        assert.fail('it came');
      }
    }
    const protocol = connected(new Plain());
    protocol.dataReceived(Buffer.from('5\r\n12345'));
    assert.equal(protocol.transport.disconnecting, true);
  });

  test('R2 R29 what is asked for inside a callback comes after it, and not while paused', () => {
    const log: string[] = [];
    class Nested extends LineReceiver {
      override lineReceived(line: Buffer): void {
        log.push(`line ${line}`);
        this.transport.pauseProducing();
        this.expectBytes(0);
        log.push('asked');
      }
      override bytesReceived(bytes: Buffer): void {
        log.push(`body ${bytes.length}`);
        this.setRawMode(1);
      }
      override rawDataReceived(data: Buffer): void {
        log.push(`raw ${data}`);
      }
      override rawDataEnded(): void {
        this.transport.loseConnection();
      }
    }
    const protocol = connected(new Nested());
    protocol.dataReceived(Buffer.from('a\r\nbc\r\n'));
    assert.deepEqual(log, ['line a', 'asked']);
    protocol.transport.resumeProducing();
    assert.deepEqual(log, ['line a', 'asked', 'body 0', 'raw b']);
  });

  test('R28 a body in one-byte pieces is copied a bounded number of times, and nothing is allocated for what is announced', () => {
    class Large extends LineReceiver {
      override maxBodyLength = 2 ** 40;
      length = 0;
      override lineReceived(line: Buffer): void {
        this.expectBytes(Number(line));
      }
      override bytesReceived(bytes: Buffer): void {
        this.length = bytes.length;
      }
    }
    const waiting = connected(new Large());
    waiting.dataReceived(Buffer.from(`${2 ** 40}\r\nx`));
    assert.equal(waiting.heldBytes, 1);
    const protocol = connected(new Large());
    protocol.dataReceived(Buffer.from('100000\r\n'));
    for (let count = 0; count < 100_000; count += 1) protocol.dataReceived(Buffer.from('x'));
    assert.equal(protocol.length, 100_000);
  });

  test('R52 what has arrived of a body is given back', () => {
    const protocol = connected(new Bodies());
    protocol.dataReceived(Buffer.from('body 9\r\nab'));
    protocol.dataReceived(Buffer.from('c'));
    assert.equal(protocol.heldBytes, 3);
    assert.equal(protocol.takeUnread().toString(), 'abc');
  });
});
