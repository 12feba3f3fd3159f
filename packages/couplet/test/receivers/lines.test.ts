import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LineOnlyReceiver, LineReceiver, TextLineReceiver } from 'couplet/protocols';
import { StringTransport, verifyFraming } from 'couplet/testing';
import { FULL } from 'couplet-test/full';

/** A receiver that writes down what it gets. */
class Log extends LineReceiver {
  readonly log: string[] = [];
  override lineReceived(line: Buffer): void {
    this.log.push(line.toString());
    this.act(line.toString());
  }
  override rawDataReceived(data: Buffer): void {
    this.log.push(`raw ${data}`);
  }
  /** What a line makes it do. */
  act(_line: string): void {}
}

function connected<P extends LineReceiver | LineOnlyReceiver | TextLineReceiver>(
  protocol: P,
): P & { transport: StringTransport } {
  const transport = new StringTransport();
  protocol.makeConnection(transport);
  return Object.assign(protocol, { transport });
}

function hear(protocol: Log, ...pieces: readonly string[]): readonly string[] {
  for (const piece of pieces) protocol.dataReceived(Buffer.from(piece));
  return protocol.log;
}

/** Takes the bytes that a line counts as they are, such as `raw 5`, and goes on with lines. */
class Counted extends LineReceiver {
  #missing = 0;
  override lineReceived(line: Buffer): void {
    const [word, count] = line.toString().split(' ');
    this.#missing = Number(count);
    if (word === 'raw') this.setRawMode();
  }
  override rawDataReceived(data: Buffer): void {
    const taken = data.subarray(0, this.#missing);
    this.#missing -= taken.length;
    this.transport.write(taken);
    if (this.#missing === 0) this.setLineMode(data.subarray(taken.length));
  }
}

describe('sendLine', () => {
  test('sends the present delimiter after bytes and after text', () => {
    const receiver = connected(new LineReceiver());
    receiver.sendLine(Buffer.from('one'));
    receiver.delimiter = Buffer.from('|');
    receiver.sendLine(Buffer.from('two'));
    receiver.sendLine('three');
    assert.equal(receiver.transport.value().toString(), 'one\r\ntwo|three|');
  });

  test('R30 does not end the line that is thrown away, though the delimiter is a new one', () => {
    class Strict extends Log {
      override maxLength = 3;
      override lineLengthExceeded(): void {
        this.delimiter = '|';
        this.sendLine(Buffer.from('too long'));
      }
    }
    const receiver = connected(new Strict());
    assert.deepEqual(hear(receiver, 'four ', 'a|b\r\n', 'c|d|'), ['c', 'd']);
    assert.equal(receiver.transport.value().toString(), 'too long|');
  });
});

describe('the receivers of lines, however the stream is cut', () => {
  test('R27 R30 LineReceiver', () => {
    const { sequence } = verifyFraming(() => new LineReceiver(), 'one\r\n\r\n\rtwo\n\r\r\nrest', {
      callbacks: ['lineReceived'],
      cuts: 10_000,
    });
    assert.deepEqual(sequence, [
      'lineReceived(bytes "one")',
      'lineReceived(bytes "")',
      'lineReceived(bytes "\\rtwo\\n\\r")',
    ]);
  });

  test('R27 R30 LineReceiver in raw mode and back', () => {
    const stream = 'one\r\nraw 6\r\na\r\nb\r\n\r\nraw 1\r\n!two\r\nraw 9\r\nrest';
    const { sequence } = verifyFraming(() => new Counted(), stream, {
      callbacks: ['lineReceived'],
      cuts: FULL ? 100_000 : 20_000,
    });
    assert.deepEqual(sequence, [
      'lineReceived(bytes "one")',
      'lineReceived(bytes "raw 6")',
      'write(bytes "a\\r\\nb\\r\\n")',
      'lineReceived(bytes "")',
      'lineReceived(bytes "raw 1")',
      'write(bytes "!")',
      'lineReceived(bytes "two")',
      'lineReceived(bytes "raw 9")',
      'write(bytes "rest")',
    ]);
  });

  test('R27 R31 LineOnlyReceiver', () => {
    class Semicolons extends LineOnlyReceiver {
      override delimiter = '; ';
    }
    const { sequence } = verifyFraming(() => new Semicolons(), 'one; two;three;;  ; ', { callbacks: ['lineReceived'] });
    assert.deepEqual(sequence, [
      'lineReceived(bytes "one")',
      'lineReceived(bytes "two;three;")',
      'lineReceived(bytes " ")',
    ]);
  });

  test('R27 R31 TextLineReceiver never splits a character', () => {
    const names = { callbacks: ['lineReceived'], cuts: 10_000 } as const;
    const { sequence } = verifyFraming(() => new TextLineReceiver(), 'é\r\n日本\r\n🦆\r\n\r\n', names);
    assert.deepEqual(sequence, ['lineReceived("é")', 'lineReceived("日本")', 'lineReceived("🦆")', 'lineReceived("")']);
    const latin = verifyFraming(() => new TextLineReceiver('latin1'), Buffer.from('\xe9\xff\r\n', 'latin1'), names);
    assert.deepEqual(latin.sequence, ['lineReceived("éÿ")']);
  });

  test('R27 R30 a line that is too long closes, and nothing follows', () => {
    class Short extends LineReceiver {
      override maxLength = 4;
    }
    const names = { callbacks: ['lineReceived', 'lineLengthExceeded'] } as const;
    const { sequence } = verifyFraming(() => new Short(), 'four\r\nfive!\r\nok\r\n', names);
    assert.deepEqual(sequence, ['lineReceived(bytes "four")', 'lineLengthExceeded(5)', 'loseConnection()']);
  });

  test('R27 R30 or is thrown away through its delimiter, when lineLengthExceeded does not close', () => {
    class Patient extends LineReceiver {
      override maxLength = 4;
      override lineLengthExceeded(): void {}
    }
    const names = { callbacks: ['lineReceived', 'lineLengthExceeded'], cuts: 10_000 } as const;
    const { sequence } = verifyFraming(() => new Patient(), 'much longer\r\nok\r\nabcd\r\r\n\nabc\r\n123456', names);
    assert.deepEqual(sequence, [
      'lineLengthExceeded(5)',
      'lineReceived(bytes "ok")',
      'lineLengthExceeded(5)',
      'lineReceived(bytes "\\nabc")',
      'lineLengthExceeded(5)',
    ]);
  });

  test('R27 R30 raw bytes, another delimiter and another limit begin behind a line that is too long', () => {
    class Raw extends LineReceiver {
      override maxLength = 4;
      override lineLengthExceeded(): void {
        this.setRawMode();
      }
    }
    const raw = verifyFraming(() => new Raw(), 'much longer\r\nraw', { raw: ['rawDataReceived'] });
    assert.deepEqual(raw.sequence, ['rawDataReceived(bytes "raw")']);
    class Changing extends LineReceiver {
      override maxLength = 4;
      override lineLengthExceeded(): void {
        this.delimiter = '\n';
        this.maxLength = 6;
      }
    }
    const changed = verifyFraming(() => new Changing(), 'much\nlonger\r\nsix\rsx\n', { callbacks: ['lineReceived'] });
    assert.deepEqual(changed.sequence, ['lineReceived(bytes "six\\rsx")']);
  });

  test('R27 R30 delimiter and limit can change with any line', () => {
    class Changing extends LineReceiver {
      override lineReceived(line: Buffer): void {
        const [, delimiter, maxLength] = line.toString().split(' ');
        if (delimiter === undefined) return;
        this.delimiter = delimiter;
        this.maxLength = Number(maxLength);
      }
      override lineLengthExceeded(): void {}
    }
    const names = { callbacks: ['lineReceived', 'lineLengthExceeded'], cuts: 10_000 } as const;
    const { sequence } = verifyFraming(() => new Changing(), '1 -- 9\r\n2 | 3--abc|abcd|x|', names);
    assert.deepEqual(sequence, [
      'lineReceived(bytes "1 -- 9")',
      'lineReceived(bytes "2 | 3")',
      'lineReceived(bytes "abc")',
      'lineLengthExceeded(4)',
      'lineReceived(bytes "x")',
    ]);
  });
});

describe('LineReceiver', () => {
  test('R30 setRawMode gives the rest of the chunk to rawDataReceived at once', () => {
    class Raw extends Log {
      override act(): void {
        this.setRawMode();
      }
    }
    assert.deepEqual(hear(connected(new Raw()), 'go\r\nrest\r\n', 'more'), ['go', 'raw rest\r\n', 'raw more']);
  });

  test('R30 setRawMode outside of a callback gives what is held', () => {
    const protocol = connected(new Log());
    hear(protocol, 'begun');
    protocol.setRawMode();
    assert.deepEqual(protocol.log, ['raw begun']);
  });

  test('R30 setLineMode reads the extra bytes before anything that follows', () => {
    const protocol = connected(new Log());
    protocol.setRawMode();
    hear(protocol, 'x');
    protocol.transport.pauseProducing();
    hear(protocol, 'held\r\n');
    protocol.setLineMode(Buffer.from('one\r\ntwo\r\nth'));
    assert.deepEqual(protocol.log, ['raw x']);
    protocol.transport.resumeProducing();
    assert.deepEqual(protocol.log, ['raw x', 'one', 'two', 'thheld']);
  });

  test('R30 setLineMode outside of a callback delivers at once what is there', () => {
    const protocol = connected(new Log());
    protocol.setRawMode();
    protocol.setLineMode(Buffer.from('one\r\ntw'));
    assert.deepEqual(hear(protocol, 'o\r\n'), ['one', 'two']);
  });

  test('R30 clearLineBuffer takes away what was received and not delivered', () => {
    class Clearing extends Log {
      cleared = '';
      override act(line: string): void {
        if (line === 'clear') this.cleared = this.clearLineBuffer().toString();
      }
    }
    const protocol = connected(new Clearing());
    assert.deepEqual(hear(protocol, 'beg', 'un'), []);
    assert.equal(protocol.clearLineBuffer().toString(), 'begun');
    assert.deepEqual(hear(protocol, 'one\r\nclear\r\ntwo\r\nth', 'ree\r\n'), ['one', 'clear', 'ree']);
    assert.equal(protocol.cleared, 'two\r\nth');
  });

  test('R30 clearLineBuffer leaves a line that is thrown away to its delimiter', () => {
    class Clearing extends Log {
      override maxLength = 4;
      override lineLengthExceeded(): void {
        this.log.push(`cleared ${this.clearLineBuffer()}`);
      }
    }
    assert.deepEqual(hear(connected(new Clearing()), 'too long', 'er\r\nok\r\n'), ['cleared ', 'ok']);
    assert.deepEqual(hear(connected(new Clearing()), 'longer\r\nno\r\n', 'ok\r\n'), ['cleared no\r\n', 'ok']);
  });

  test('R30 the modes can be set before there is a connection', () => {
    class Raw extends Log {
      constructor() {
        super();
        this.setRawMode();
      }
    }
    assert.deepEqual(hear(connected(new Raw()), 'a\r\n'), ['raw a\r\n']);
  });

  test('R30 sendLine sends a line with its delimiter', () => {
    const protocol = connected(new Log());
    assert.equal(protocol.sendLine('é'), true);
    protocol.delimiter = Buffer.from([0]);
    protocol.sendLine(Buffer.from('b'));
    assert.equal(protocol.transport.value().toString(), 'é\r\nb\0');
    // @ts-expect-error it is neither bytes nor a string
    assert.throws(() => protocol.sendLine(5), TypeError);
    assert.equal(protocol.transport.value().toString(), 'é\r\nb\0');
    protocol.transport.loseConnection();
    assert.equal(protocol.sendLine('late'), false);
  });

  test('R30 TextLineReceiver sends in its encoding', () => {
    const latin = connected(new TextLineReceiver('latin1'));
    latin.sendLine('é');
    assert.deepEqual(latin.transport.value(), Buffer.from('\xe9\r\n', 'latin1'));
    const utf8 = connected(new TextLineReceiver());
    utf8.sendLine('é');
    assert.deepEqual(utf8.transport.value(), Buffer.from('é\r\n'));
  });

  test('R30 TextLineReceiver refuses what its encoding does not have: cut to bytes these would be CR and LF', () => {
    const latin = connected(new TextLineReceiver('latin1'));
    assert.throws(
      () => latin.sendLine('a\u{10d}\u{10a}b'),
      new RangeError("the line has 'č', which is not a character of Latin-1"),
    );
    assert.equal(latin.transport.value().length, 0);
    // @ts-expect-error it is neither of the two
    const make = (): TextLineReceiver => new TextLineReceiver('ucs2');
    assert.throws(make, new RangeError("encoding is 'ucs2', not 'utf8' or 'latin1'"));
  });

  test('R30 an empty delimiter and a limit that is none are refused', () => {
    const protocol = connected(new Log());
    protocol.delimiter = '';
    assert.throws(() => hear(protocol, 'a'), new RangeError('the delimiter is empty'));
    const other = connected(new Log());
    other.maxLength = Number.NaN;
    assert.throws(() => hear(other, 'a'), new RangeError('maxLength is NaN, not a number of at least 0'));
  });

  test('R30 a subclass may call what it has what it likes', () => {
    class Decoding extends Log {
      readonly decoder = new TextDecoder('utf-16le');
    }
    assert.deepEqual(hear(connected(new Decoding()), 'one\r\n'), ['one']);
  });

  test("R30 a line is the receiver's to keep", () => {
    const kept: Buffer[] = [];
    class Keeping extends LineReceiver {
      override lineReceived(line: Buffer): void {
        kept.push(line);
      }
    }
    const protocol = connected(new Keeping());
    for (const byte of Buffer.from('one\r\ntwo\r\nthree\r\n')) protocol.dataReceived(Buffer.of(byte));
    assert.deepEqual(kept.map(String), ['one', 'two', 'three']);
  });
});
