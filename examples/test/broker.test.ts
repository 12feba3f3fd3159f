import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connection } from 'couplet';
import { Clock, StringTransport } from 'couplet/testing';
import { BrokerFactory, guardedBroker, MAX_UNSENT, type Session } from '../broker.ts';
import { packets } from '../mqtt.ts';
import { answersTo } from './cuts.ts';
import { restOf, served } from './served.ts';

// Packets, one character for a byte.

const word = (number: number) => String.fromCharCode(number >> 8, number & 255);
const text = (value: string) => word(Buffer.byteLength(value)) + Buffer.from(value).toString('latin1');

function packet(head: number, body = ''): string {
  let prefix = '';
  for (let left = body.length; prefix === '' || left > 0; left >>= 7)
    prefix += String.fromCharCode(left > 127 ? (left & 127) | 128 : left);
  return String.fromCharCode(head) + prefix + body;
}

const connect = (name = 'me', { flags = 2, keepAlive = 0, version = 4, rest = '' } = {}) =>
  packet(0x10, text('MQTT') + String.fromCharCode(version, flags) + word(keepAlive) + text(name) + rest);
const publish = (topic: string, payload: string, { qos = 0, retain = 0, id = 1 } = {}) =>
  packet(0x30 | (qos << 1) | retain, text(topic) + (qos > 0 ? word(id) : '') + payload);
const subscribe = (...filters: [filter: string, qos: number][]) =>
  packet(0x82, word(7) + filters.map(([filter, qos]) => text(filter) + String.fromCharCode(qos)).join(''));
const unsubscribe = (filter: string) => packet(0xa2, word(8) + text(filter));
const acknowledge = (id: number) => packet(0x40, word(id));
const DISCONNECT = packet(0xe0);
const PING = packet(0xc0);

const CONNECTED = packet(0x20, '\0\0');
const subscribed = (...codes: number[]) => packet(0x90, word(7) + String.fromCharCode(...codes));

const hears = (...session: string[]) => answersTo(() => new BrokerFactory(), session.join(''));

/** A client of a broker, without a network. */
class Client {
  readonly transport: StringTransport;
  readonly #session: Session;

  constructor(factory: BrokerFactory, clock = new Clock(), ...first: string[]) {
    const { protocol, transport } = StringTransport.for(factory, { clock });
    this.#session = protocol;
    this.transport = transport;
    this.says(...first);
  }

  says(...sent: string[]): void {
    void this.#session.dataReceived(Buffer.from(sent.join(''), 'latin1'));
  }

  hears(): string {
    const heard = this.transport.value().toString('latin1');
    this.transport.clear();
    return heard;
  }

  drain(): void {
    this.#session.draining();
  }

  /** Plays the engine once the connection ends. */
  leaves(): void {
    this.#session.leaving();
    this.#session.connectionLost(new Error('gone'));
  }
}

describe('broker', () => {
  test('answers a session, however it is cut', async () => {
    const filters = subscribe(['poems/+', 1], ['\u00e9/#', 2], ['none', 0]);
    const session = [connect(), PING, filters, publish('poems/one', 'two\r\nlines', { qos: 1, id: 9 }), acknowledge(1)];
    const more = [
      publish('\u00e9', 'x'.repeat(200)),
      unsubscribe('poems/+'),
      publish('poems/one', 'unheard'),
      DISCONNECT,
      PING,
    ];
    assert.equal(
      await hears(...session, ...more),
      [
        CONNECTED,
        packet(0xd0),
        subscribed(1, 1, 0),
        publish('poems/one', 'two\r\nlines', { qos: 1, id: 1 }),
        packet(0x40, word(9)),
        publish('\u00e9', 'x'.repeat(200)),
        packet(0xb0, word(8)),
        '(end)',
      ].join(''),
    );
  });

  test('knows who wants what', () => {
    const wants = (filter: string, topic: string) => {
      const factory = new BrokerFactory();
      const retained = new Client(factory, undefined, connect('a'), publish(topic, 'kept', { retain: 1 }));
      const client = new Client(factory, undefined, connect('b'), subscribe([filter, 0]));
      const before = client.hears().endsWith(publish(topic, 'kept', { retain: 1 }));
      retained.says(publish(topic, 'new'));
      assert.equal(client.hears() === publish(topic, 'new'), before, `${filter} ${topic}`);
      client.says(unsubscribe(filter));
      client.hears();
      retained.says(publish(topic, 'new'));
      assert.equal(client.hears(), '');
      return before;
    };
    // Examples of the specification, section 4.7.
    const sport = 'sport/tennis/player1';
    for (const filter of [sport, `${sport}/#`, 'sport/#', '#', 'sport/+/+', '+/tennis/#', 'sport/tennis/+'])
      assert.ok(wants(filter, sport), filter);
    for (const filter of ['sport', 'sport/+', '+', 'sport/tennis/player1/+', '+/+', 'Sport/#', '/sport/#'])
      assert.ok(!wants(filter, sport), filter);
    for (const filter of ['+/+', '/+', '/#']) assert.ok(wants(filter, '/finance'), filter);
    for (const filter of ['+', 'finance']) assert.ok(!wants(filter, '/finance'), filter);
    assert.ok(wants('$SYS/#', '$SYS/load'));
    for (const filter of ['#', '+/load']) assert.ok(!wants(filter, '$SYS/load'), filter);
  });

  test('sends each message once to a client, by the highest QoS of its filters, and never above that of the message', () => {
    const factory = new BrokerFactory();
    const client = new Client(factory, undefined, connect('a'), subscribe(['a/+', 0], ['#', 1], ['a/b', 0]));
    assert.equal(client.hears(), CONNECTED + subscribed(0, 1, 0));
    const sender = new Client(
      factory,
      undefined,
      connect('b'),
      publish('a/b', 'one', { qos: 1 }),
      publish('a/b', 'two'),
    );
    assert.equal(client.hears(), publish('a/b', 'one', { qos: 1, id: 1 }) + publish('a/b', 'two'));
    client.says(subscribe(['#', 0]), acknowledge(1));
    client.hears();
    sender.says(publish('x', '', { qos: 1 }));
    assert.equal(client.hears(), publish('x', ''), 'a filter may be asked for again');
  });

  test('keeps the last message of a topic, until an empty one comes', () => {
    const factory = new BrokerFactory();
    const sender = new Client(factory, undefined, connect('a'));
    const late = () => {
      const client = new Client(factory, undefined, connect(''), subscribe(['#', 1]));
      return client.hears().slice((CONNECTED + subscribed(1)).length);
    };
    sender.says(publish('t', 'one', { retain: 1 }), publish('t', 'two', { retain: 1, qos: 1 }), publish('t', 'three'));
    assert.equal(late(), publish('t', 'two', { retain: 1, qos: 1, id: 1 }));
    sender.says(publish('t', '', { retain: 1 }));
    assert.equal(late(), '');
    for (let at = 0; at < 60; at += 1) sender.says(publish(`t/${at}`, 'x'.repeat(200_000), { retain: 1 }));
    assert.ok(late().length < 10_000_000, 'what is kept is bounded');
  });

  test('publishes the will of one who vanishes, and not of one who says goodbye', () => {
    const factory = new BrokerFactory();
    const clock = new Clock();
    const heir = new Client(factory, clock, connect('heir'), subscribe(['will/#', 1]));
    heir.hears();
    const will = (topic: string) => ({ flags: 2 | 4 | 8, keepAlive: 10, rest: text(`will/${topic}`) + text('gone') });
    const polite = new Client(factory, clock, connect('polite', will('polite')), DISCONNECT);
    polite.leaves();
    assert.equal(heir.hears(), '');
    const silent = new Client(factory, clock, connect('silent', will('silent')));
    clock.advance(14_000);
    silent.says(PING);
    clock.advance(14_999);
    assert.equal(silent.transport.disconnecting, false, 'one and a half times ten seconds');
    clock.advance(1);
    assert.equal(silent.transport.disconnected, true);
    silent.leaves();
    assert.equal(heir.hears(), publish('will/silent', 'gone', { qos: 1, id: 1 }));
    const replaced = new Client(factory, clock, connect('same', will('same')));
    const again = new Client(factory, clock, connect('same'));
    assert.equal(replaced.transport.disconnecting, true);
    replaced.leaves();
    assert.equal(heir.hears(), publish('will/same', 'gone', { qos: 1, id: 2 }));
    again.says(PING);
    assert.equal(again.hears(), CONNECTED + packet(0xd0));
  });

  test('refuses another version, and a session to be kept that has no name', async () => {
    assert.equal(await hears(connect('me', { version: 3 })), `${packet(0x20, '\0\u0001')}(end)`);
    assert.equal(await hears(connect('', { version: 5, rest: '\0\0\0' }), PING), `${packet(0x20, '\0\u0001')}(end)`);
    assert.equal(await hears(connect('', { flags: 0 })), `${packet(0x20, '\0\u0002')}(end)`);
    assert.equal(
      await hears(connect('me', { flags: 0xc2, rest: text('ada') + text('engine') }), PING),
      CONNECTED + packet(0xd0),
    );
  });

  for (const [what, bytes] of [
    ['a packet before CONNECT', PING],
    ['a second CONNECT', connect() + connect()],
    ['another protocol', packet(0x10, `${text('HTTP')}\u0004\u0002\0\0\0\0`)],
    ['the reserved flag', connect('me', { flags: 3 })],
    ['fields that are missing', packet(0x10, text('MQTT'))],
    ['a field that is too long', packet(0x10, `${text('MQTT')}\u0004\u0002\0\0\u00ff\u00ff`)],
    ['bytes behind the fields', connect('me', { rest: 'x' })],
    ['a length that never ends', '\u0010\u00ff\u00ff\u00ff\u00ff\u0001'],
    ['a length that is too large', '\u0010\u00ff\u00ff\u00ff\u007f'],
    ['a type that does not exist', packet(0xf0)],
    ['flags of a type that has none', connect() + packet(0xc1)],
    ['QoS 2', connect() + packet(0x34, `${text('t')}\0\u0001x`)],
    ['QoS 3', connect() + packet(0x36, `${text('t')}\0\u0001x`)],
    ['the QoS of a will that is not there', connect('me', { flags: 2 | 8 })],
    ['a will to be kept that is not there', connect('me', { flags: 2 | 32 })],
    ['a password without a user', connect('me', { flags: 2 | 64, rest: text('x') })],
    ['a message of QoS 0 that is sent again', connect() + packet(0x38, `${text('t')}x`)],
    ['an id of 0', connect() + publish('t', '', { qos: 1, id: 0 })],
    ['a wildcard in a topic', connect() + publish('a/+', '')],
    ['a topic without a character', connect() + publish('', '')],
    ['a topic of too many levels', connect() + publish('/'.repeat(32), '')],
    ['a topic that is not UTF-8', connect() + packet(0x30, '\0\u0001\u00ff')],
    ['a topic with U+0000', connect() + publish('a\0b', '')],
    ['a wildcard beside a character', connect() + subscribe(['a+', 0])],
    ['a wildcard that is not the last', connect() + subscribe(['#/a', 0])],
    ['a filter with QoS 3', connect() + subscribe(['a', 3])],
    ['no filter', connect() + packet(0x82, word(1))],
    ['too many filters', connect() + subscribe(...Array.from({ length: 101 }, (): [string, number] => ['a', 0]))],
  ] as const) {
    test(`ends a connection for ${what}`, async () => {
      const answers = await hears(bytes, PING);
      assert.equal(answers, bytes.startsWith(connect()) ? `${CONNECTED}(abort)` : '(abort)');
    });
  }

  test('its decoder holds a packet that is not whole, and nothing of those before it', () => {
    const decoder = packets();
    const bytes = Buffer.from(connect() + publish('t', 'x'.repeat(1000)) + PING.slice(0, 1), 'latin1');
    for (const byte of bytes) decoder.push(Buffer.of(byte));
    assert.deepEqual(
      [...decoder].map(({ type }) => type),
      ['connect', 'publish'],
    );
    assert.equal(decoder.held, 1);
  });

  test('one who does not read misses messages of QoS 0, and nobody waits', async () => {
    const factory = new BrokerFactory();
    const slow = new Client(factory, undefined, connect('slow'), subscribe(['#', 0]));
    const quick = new Client(factory, undefined, connect('quick'), subscribe(['#', 0]));
    const sender = new Client(factory, undefined, connect('sender'));
    slow.hears();
    quick.hears();
    const large = publish('t', 'x'.repeat(100_000));
    for (let times = 0; times < 10; times += 1) {
      sender.says(large);
      assert.equal(quick.hears(), large);
      await new Promise(setImmediate);
    }
    assert.equal(slow.hears(), large);
    await new Promise(setImmediate);
    sender.says(publish('t', 'again'));
    assert.equal(slow.hears(), publish('t', 'again'));
  });

  test('one who acknowledges nothing is cut off, and ids are used again', () => {
    const factory = new BrokerFactory();
    const client = new Client(factory, undefined, connect('a'), subscribe(['#', 1]));
    const sender = new Client(factory, undefined, connect('b'));
    for (let id = 1; id <= 65_600; id += 1) {
      sender.says(publish('t', 'x', { qos: 1 }));
      client.hears();
      sender.hears();
      client.says(acknowledge(((id - 1) % 65_535) + 1));
    }
    assert.equal(client.transport.disconnecting, false);
    for (let times = 0; times < 10_001; times += 1) sender.says(publish('t', 'x', { qos: 1 }));
    assert.equal(client.transport.disconnected, true);
    assert.equal(sender.transport.disconnected, false);
  });

  test('one who is sent more than there are ids in one event is cut off, and the others are served', () => {
    const factory = new BrokerFactory();
    const kept = Array.from({ length: 33_000 }, (_, at) => publish(at.toString(36), 'x', { qos: 1, retain: 1 }));
    const writer = new Client(factory, undefined, connect('writer'), ...kept);
    const reader = new Client(factory, undefined, connect('reader'), subscribe(['#', 1], ['+', 1]));
    assert.ok(reader.transport.disconnecting);
    writer.hears();
    writer.says(PING);
    assert.equal(writer.hears(), packet(0xd0));
  });

  test('a client has at most a hundred filters', () => {
    const client = new Client(new BrokerFactory(), undefined, connect());
    client.says(subscribe(...Array.from({ length: 100 }, (_, at): [string, number] => [`t/${at}`, 0])));
    client.hears();
    client.says(subscribe(['t/0', 1], ['t/100', 1]));
    assert.equal(client.hears(), subscribed(1, 0x80));
  });

  test('when the port drains a connection ends once what it got is acknowledged', () => {
    const factory = new BrokerFactory();
    const idle = new Client(factory, undefined, connect('idle', { flags: 6, rest: text('will') + text('x') }));
    const busy = new Client(factory, undefined, connect('busy'), subscribe(['#', 1]), publish('t', 'x', { qos: 1 }));
    for (const client of [idle, busy]) client.drain();
    assert.deepEqual([idle.transport.disconnecting, busy.transport.disconnecting], [true, false]);
    idle.leaves();
    busy.hears();
    busy.says(acknowledge(1));
    assert.equal(busy.transport.disconnecting, true);
    assert.equal(busy.hears(), '', 'a server that ends publishes no will');
  });

  test('sends away who does not begin, and who drips', async () => {
    const guarded = () => guardedBroker(new BrokerFactory(), { messageTimeoutMs: 3000 });
    await served(guarded, async ({ world, dial }) => {
      const [silent, dripping] = [await dial(), await dial()];
      await dripping.write(Buffer.from(connect() + publish('t', 'x').slice(0, 3), 'latin1'));
      await assert.rejects(restOf(dripping));
      assert.ok(world.now < 5000, `${world.now}`);
      await assert.rejects(restOf(silent));
      assert.ok(world.now > 10_000 && world.now < 12_000, `${world.now}`);
    });
  });

  test('delivers what it acknowledged to one who stays, on a network that cuts connections', async () => {
    const say = (connection: Connection, ...sent: string[]) => connection.write(Buffer.from(sent.join(''), 'latin1'));
    await served(
      () => guardedBroker(new BrokerFactory()),
      async ({ world, dial }) => {
        const [heard, acknowledged] = [new Set<string>(), new Set<string>()];
        let over = false;
        /** Listens again whenever it is cut off: of what came meanwhile it has the last message, which is retained. */
        const listening = (async () => {
          while (!over) {
            try {
              await using connection = await dial('listener');
              await say(connection, connect('listener', { keepAlive: 5 }), subscribe(['#', 1]));
              void world.until(() => over, 500).then(() => connection.close());
              let rest = '';
              for await (const chunk of connection) {
                rest += chunk.toString('latin1');
                for (const [, number = ''] of rest.matchAll(/message (\d+);/g)) heard.add(number);
                rest = rest.slice(-20);
              }
            } catch {
              await world.sleep(100);
            }
          }
        })();
        for (let number = 0; number < 5; number += 1) {
          while (!acknowledged.has(`${number}`)) {
            try {
              await using connection = await dial('speaker');
              await say(connection, connect('speaker'), publish('t', `message ${number};`, { qos: 1, retain: 1 }));
              assert.equal(String(await connection.readExactly(8)), CONNECTED + packet(0x40, word(1)));
              acknowledged.add(`${number}`);
              await say(connection, DISCONNECT);
            } catch (error) {
              if (error instanceof assert.AssertionError) throw error;
              await world.sleep(1000);
            }
          }
          await world.until(() => heard.has(`${number}`), 100);
        }
        over = true;
        await listening;
      },
      { seeds: 8, profile: 'rough', ...MAX_UNSENT },
    );
  });
});
