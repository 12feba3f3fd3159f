import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock, StringTransport } from 'couplet/testing';
import { guardedStore, KeyValueFactory, Store } from '../key-value.ts';
import { answersTo } from './cuts.ts';
import { restOf, served } from './served.ts';

/** A command as clients send it. */
function resp(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

/** What a new store answers to a session, one entry for each line. */
async function hears(...session: string[]): Promise<string[]> {
  return (await answersTo(() => new KeyValueFactory(new Store(new Clock(), 2000)), session.join(''))).split('\r\n');
}

describe('key-value', () => {
  test('keeps values of any bytes, however the commands are cut', async () => {
    const value = '\r\n*1\r\n$4\r\n\0\u00ff';
    assert.deepEqual(
      await hears(resp('SET', 'poem', value), resp('get', 'poem'), resp('DEL', 'poem', 'none'), resp('GET', 'poem')),
      ['+OK', '$12', ...value.split('\r\n'), ':1', '$-1', ''],
    );
  });

  test('takes commands as people type them', async () => {
    const heard = ['+PONG', '$5', 'hello', '$3', 'two', '+OK', '(end)'];
    assert.deepEqual(await hears('PING\r\n\r\n\n*0\r\n  ping   hello \necho two\r\nquit\r\nping\r\n'), heard);
  });

  test('counts in 64 bits', async () => {
    const set = (value: string) => resp('SET', 'n', value) + resp('INCR', 'n');
    assert.deepEqual(await hears(resp('INCR', 'n'), set('-1'), set('9007199254740993')), [
      ':1',
      '+OK',
      ':0',
      '+OK',
      ':9007199254740994',
      '',
    ]);
    const wrong = '-ERR value is not an integer or out of range';
    const heard = ['+OK', '-ERR increment or decrement would overflow'];
    assert.deepEqual(await hears(set('9223372036854775807')), [...heard, '']);
    for (const value of ['9223372036854775808', '1e3', '', '01', 'one']) {
      assert.deepEqual(await hears(set(value)), ['+OK', wrong, '']);
    }
  });

  test('forgets a key when its time is up', async () => {
    const clock = new Clock();
    const store = new Store(clock);
    const { protocol, transport } = StringTransport.for(new KeyValueFactory(store), { clock });
    const ask = (...words: string[]) => {
      transport.clear();
      protocol.dataReceived(Buffer.from(resp(...words)));
      return transport.value().toString();
    };
    assert.equal(ask('SET', 'n', '1', 'EX', '10'), '+OK\r\n');
    assert.equal(ask('TTL', 'n'), ':10\r\n');
    clock.advance(9000);
    assert.equal(ask('INCR', 'n'), ':2\r\n');
    assert.equal(ask('TTL', 'n'), ':1\r\n', 'to count changes no expiry');
    assert.equal(ask('EXPIRE', 'n', '5'), ':1\r\n');
    clock.advance(4999);
    assert.equal(ask('GET', 'n'), '$1\r\n2\r\n');
    clock.advance(1);
    assert.equal(ask('GET', 'n'), '$-1\r\n');
    assert.equal(ask('TTL', 'n'), ':-2\r\n');
    assert.equal(ask('EXPIRE', 'n', '5'), ':0\r\n');
    assert.equal(ask('SET', 'n', '1', 'EX', '5'), '+OK\r\n');
    assert.equal(ask('SET', 'n', '1'), '+OK\r\n');
    assert.equal(ask('TTL', 'n'), ':-1\r\n');
    assert.equal(ask('EXPIRE', 'n', '-1'), ':1\r\n');
    assert.equal(ask('GET', 'n'), '$-1\r\n');
    assert.equal(clock.getDelayedCalls().length, 0);
  });

  test('takes no more than it has room for, and gets the room of what is deleted back', async () => {
    const full = "-OOM command not allowed when used memory > 'maxmemory'.";
    const [big, small] = ['x'.repeat(1000), 'y'];
    const session = [resp('SET', 'a', big), resp('SET', 'b', big), resp('SET', 'a', small), resp('SET', 'b', big)];
    assert.deepEqual(await hears(...session, resp('DEL', 'a', 'b'), resp('SET', 'b', big)), [
      '+OK',
      full,
      '+OK',
      '+OK',
      ':2',
      '+OK',
      '',
    ]);
  });

  test('says what is wrong with a command, and goes on', async () => {
    assert.deepEqual(await hears(resp('nonsense', 'x'), resp('__proto__'), resp('a\r\nb'), resp('PING')), [
      "-ERR unknown command 'nonsense'",
      "-ERR unknown command '__proto__'",
      "-ERR unknown command 'a??b'",
      '+PONG',
      '',
    ]);
    assert.deepEqual(await hears(resp('GET'), resp('SET', 'a', 'b', 'PX', '1'), resp('SET', 'a', 'b', 'EX', '0')), [
      "-ERR wrong number of arguments for 'get' command",
      '-ERR syntax error',
      "-ERR invalid expire time in 'set' command",
      '',
    ]);
  });

  for (const [what, bytes, why] of [
    ['a count that is not one', '*x\r\n', "the string 'x' is not a decimal number of at most 2^53 - 1"],
    ['too many words', '*1025\r\n', 'a command of more than 1024 words'],
    ['a word without its length', '*1\r\nPING\r\n', "expected '$' before the length of a word"],
    ['a length below 0', '*1\r\n$-1\r\n', 'a count of bytes is the number -1, not a whole number of at least 0'],
    [
      'a length that is too large',
      '*1\r\n$99999999\r\n',
      'a frame of 100000014 bytes is longer than maxLength (1048576)',
    ],
    ['a length that is too small', '*1\r\n$1\r\nPING\r\n', 'expected CRLF after a word'],
  ] as const) {
    test(`answers ${what}, and closes`, async () => {
      assert.deepEqual(await hears(resp('PING'), bytes, resp('PING')), [
        '+PONG',
        `-ERR Protocol error: ${why}`,
        '(end)',
      ]);
    });
  }

  test('does not read from who does not read: what is unsent is bounded', async () => {
    const { protocol, transport } = StringTransport.for(new KeyValueFactory(new Store(new Clock())));
    const value = 'x'.repeat(50_000);
    const heard: string[] = [];
    const delivered = protocol.dataReceived(Buffer.from(resp('SET', 'a', value) + resp('GET', 'a').repeat(100)));
    while (heard.join('').length < 100 * 50_000) {
      assert.ok(transport.value().length < 200_000, `${transport.value().length} bytes are unsent`);
      heard.push(transport.value().toString());
      transport.clear();
      await new Promise(setImmediate);
    }
    await delivered;
    assert.equal(heard.join(''), `+OK\r\n${`$50000\r\n${value}\r\n`.repeat(100)}`);
  });

  test('sends away who is silent, who drips, and one too many', async () => {
    const limits = { max: 2, idleTimeoutMs: 60_000, messageTimeoutMs: 5000 };
    await served(
      (reactor) => guardedStore(new Store(reactor), limits),
      async ({ world, dial }) => {
        const [silent, dripping] = [await dial(), await dial()];
        assert.equal(await restOf(await dial()), '-ERR max number of clients reached\r\n');
        await dripping.write('*1\r\n');
        await world.sleep(3000);
        await dripping.write('$4\r\n');
        await assert.rejects(restOf(dripping));
        assert.ok(world.now < 7000, `${world.now}`);
        await silent.write(resp('PING'));
        assert.equal(String(await silent.readUntil('\r\n')), '+PONG');
        await assert.rejects(restOf(silent));
        assert.ok(world.now > 60_000, `${world.now}`);
      },
    );
  });

  test('answers what has begun when the port drains, and closes', async () => {
    await served(
      (reactor) => guardedStore(new Store(reactor)),
      async ({ world, port, dial }) => {
        const [idle, busy] = [await dial(), await dial()];
        await busy.write(resp('PING') + resp('ECHO', 'verse').slice(0, -4));
        await world.sleep(1000);
        const drained = port.drain();
        assert.equal(await restOf(idle), '');
        await busy.write('se\r\n');
        assert.equal(await restOf(busy), '+PONG\r\n$5\r\nverse\r\n');
        assert.deepEqual(await drained, { closed: 2, aborted: 0 });
      },
    );
  });

  test('counts what it acknowledged on a network that cuts connections', async () => {
    await served(
      (reactor) => guardedStore(new Store(reactor)),
      async ({ world, dial }) => {
        let asked = 0;
        const acknowledged = new Set<number>();
        const count = async () => {
          await using connection = await dial();
          asked += 10;
          await connection.write(resp('INCR', 'n').repeat(10));
          for (let left = 10; left > 0; left -= 1) {
            const number = Number(String(await connection.readUntil('\r\n')).slice(1));
            assert.ok(number >= 1 && number <= asked && !acknowledged.has(number), `${number}, of ${asked}`);
            acknowledged.add(number);
          }
        };
        for (let times = 0; times < 5; times += 1) await Promise.all([count(), count()].map((one) => one.catch(lost)));
        while (acknowledged.size < 20) {
          await world.sleep(1000);
          await count().catch(lost);
        }
      },
      { seeds: 8, profile: 'rough' },
    );
  });
});

/** What the network does to a client is no mistake of the server. */
function lost(error: unknown): void {
  if (error instanceof assert.AssertionError) throw error;
}
