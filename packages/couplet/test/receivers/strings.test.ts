import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeLengthPrefixed, NetstringParseError, StringTooLongError } from 'couplet/framing';
import {
  Int8StringReceiver,
  Int16StringReceiver,
  Int32StringReceiver,
  NetstringReceiver,
  StatefulStringProtocol,
} from 'couplet/protocols';
import { StringTransport, verifyFraming } from 'couplet/testing';

const INTEGERS = { 1: Int8StringReceiver, 2: Int16StringReceiver, 4: Int32StringReceiver } as const;
const PREFIXES = [1, 2, 4] as const;

describe('NetstringReceiver', () => {
  test('R27 R32 receives netstrings, however they are cut', () => {
    const names = { callbacks: ['stringReceived'], cuts: 10_000 } as const;
    const { sequence } = verifyFraming(() => new NetstringReceiver(), '0:,5:hello,3:0:,,12:hello world!,2:re', names);
    assert.deepEqual(sequence, [
      'stringReceived(bytes "")',
      'stringReceived(bytes "hello")',
      'stringReceived(bytes "0:,")',
      'stringReceived(bytes "hello world!")',
    ]);
  });

  for (const bad of ['00:,', '01:a,', '+1:a,', ' 1:a,', '1 :a,', '1:ab', '999999999999:']) {
    test(`R32 ${JSON.stringify(bad)} aborts with a NetstringParseError, after what came before`, () => {
      const names = { callbacks: ['stringReceived'] } as const;
      const { sequence } = verifyFraming(() => new NetstringReceiver(), `2:ok,${bad}2:no,`, names);
      assert.equal(sequence.length, 2);
      assert.equal(sequence[0], 'stringReceived(bytes "ok")');
      assert.match(sequence[1] ?? '', /^abortConnection\(NetstringParseError: /);
      const transport = new StringTransport();
      const protocol = new NetstringReceiver();
      protocol.makeConnection(transport);
      protocol.dataReceived(Buffer.from(bad));
      assert.ok(transport.reason instanceof NetstringParseError);
    });
  }

  test('R32 sendString sends a netstring as one write of its bytes', () => {
    const transport = new StringTransport();
    const protocol = new NetstringReceiver();
    protocol.makeConnection(transport);
    assert.equal(protocol.sendString('é'), true);
    protocol.sendString(Buffer.alloc(0));
    assert.equal(transport.value().toString(), '2:é,0:,');
    // @ts-expect-error it is neither bytes nor a string
    assert.throws(() => protocol.sendString(5), TypeError);
    transport.loseConnection();
    assert.equal(protocol.sendString('late'), false);
  });
});

for (const bytes of PREFIXES) {
  const Receiver: typeof Int8StringReceiver = INTEGERS[bytes];
  const encoded = (...strings: readonly string[]): Buffer =>
    Buffer.concat(strings.map((string) => encodeLengthPrefixed(bytes, string)));

  describe(`Int${8 * bytes}StringReceiver`, () => {
    test('R27 R33 receives strings, however they are cut', () => {
      const names = { callbacks: ['stringReceived'], cuts: 10_000 } as const;
      const { sequence } = verifyFraming(() => new Receiver(), encoded('', 'hello', '', '\0\0\0\x01'), names);
      assert.deepEqual(sequence, [
        'stringReceived(bytes "")',
        'stringReceived(bytes "hello")',
        'stringReceived(bytes "")',
        'stringReceived(bytes "\\u0000\\u0000\\u0000\\u0001")',
      ]);
    });

    test('R33 a string that is too long closes, unless lengthLimitExceeded does not: then it is skipped', () => {
      class Short extends Receiver {
        override maxLength = 4;
      }
      class Patient extends Short {
        override lengthLimitExceeded(): void {}
      }
      const names = { callbacks: ['stringReceived', 'lengthLimitExceeded'] } as const;
      const stream = encoded('four', 'five!', 'ok');
      assert.deepEqual(verifyFraming(() => new Short(), stream, names).sequence, [
        'stringReceived(bytes "four")',
        'lengthLimitExceeded(5)',
        'loseConnection()',
      ]);
      assert.deepEqual(verifyFraming(() => new Patient(), stream, names).sequence, [
        'stringReceived(bytes "four")',
        'lengthLimitExceeded(5)',
        'stringReceived(bytes "ok")',
      ]);
    });

    test('R33 sendString sends the length and the string', () => {
      const transport = new StringTransport();
      const protocol = new Receiver();
      protocol.makeConnection(transport);
      assert.equal(protocol.sendString('é'), true);
      assert.equal(protocol.sendString(''), true);
      assert.deepEqual(transport.value(), encoded('é', ''));
      transport.loseConnection();
      assert.deepEqual([protocol.sendString('late'), protocol.sendString('')], [false, false]);
    });
  });
}

describe('sendString', () => {
  test('R33 throws for more than the prefix can say, and sends nothing', () => {
    for (const [Receiver, largest] of [
      [Int8StringReceiver, 255],
      [Int16StringReceiver, 65_535],
    ] as const) {
      const transport = new StringTransport();
      const protocol = new Receiver();
      protocol.makeConnection(transport);
      assert.throws(() => protocol.sendString(Buffer.alloc(largest + 1)), StringTooLongError);
      assert.equal(transport.value().length, 0);
      protocol.sendString(Buffer.alloc(largest));
      assert.ok(transport.value().length > largest);
    }
  });
});

describe('StatefulStringProtocol', () => {
  test('R27 R33 gives each string to the state it is in', () => {
    class Login extends StatefulStringProtocol<'name' | 'word'>(NetstringReceiver) {
      state: 'name' | 'word' = 'name';
      readonly log: string[] = [];
      readonly states = {
        name: (string: Buffer) => {
          this.transport.write(`name ${string}`);
          return 'word' as const;
        },
        word: (string: Buffer) => {
          this.transport.write(`word ${string}`);
          return string.toString() === 'sesame' ? ('done' as const) : undefined;
        },
      };
    }
    const { sequence } = verifyFraming(() => new Login(), '3:ali,4:open,6:sesame,2:no,', { cuts: 10_000 });
    assert.deepEqual(sequence, ['write(bytes "name aliword openword sesame")', 'loseConnection()']);
  });

  test('R8a waits for a state that a promise brings', async () => {
    const log: string[] = [];
    class Slow extends StatefulStringProtocol<'first' | 'second'>(NetstringReceiver) {
      state: 'first' | 'second' = 'first';
      readonly states = {
        first: async (string: Buffer) => {
          log.push(`first ${string}`);
          return 'second' as const;
        },
        second: (string: Buffer) => {
          log.push(`second ${string}`);
        },
      };
    }
    const protocol = new Slow();
    protocol.makeConnection(new StringTransport());
    await protocol.dataReceived(Buffer.from('1:a,1:b,'));
    assert.deepEqual(log, ['first a', 'second b']);
    assert.deepEqual(protocol.describe?.(), { state: 'second' });
  });
});
