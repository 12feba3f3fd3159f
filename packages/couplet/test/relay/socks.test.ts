import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SocksOptions } from 'couplet/protocols';
import { SocksFactory } from 'couplet/protocols';
import type { Cause, HostAddress } from 'couplet/testing';
import type { FakePeer } from './fake-network.ts';
import { FakeNetwork } from './fake-network.ts';

const ALLOW = [
  { host: 'server.example', port: 80 },
  { network: '203.0.113.0/24', port: 80 },
  { network: '2001:db8::/32', port: 80 },
] as const;

async function serving(options: SocksOptions = { allow: ALLOW }): Promise<{ network: FakeNetwork; reasons: Error[] }> {
  const network = new FakeNetwork();
  network.addresses.set('server.example', [{ family: 'IPv4', host: '198.51.100.9' }]);
  await network.serve(new SocksFactory(network.reactor, options));
  const reasons: Error[] = [];
  network.reactor.observe({ connectionLost: (_transport, reason) => void reasons.push(reason) });
  return { network, reasons };
}

const bytes = (...parts: (number | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

const NAME = 'server.example';
const IPV6 = [0x20, 0x01, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 7];
const HELLO = bytes(5, 1, 0);
/** The reply that grants, with the address that every wire here has: 192.0.2.1:4001. */
const GRANTED4 = bytes(0, 90, 15, 161, 192, 0, 2, 1);
const GRANTED5 = bytes(5, 0, 5, 0, 0, 1, 192, 0, 2, 1, 15, 161);

/** Each way to ask for a connection: what the client sends, where that leads, what it hears before the server. */
const REQUESTS: Record<string, [Buffer, string, Buffer]> = {
  'SOCKS 4': [bytes(4, 1, 0, 80, 203, 0, 113, 7, 'me', 0), '203.0.113.7', GRANTED4],
  'SOCKS 4 without a user': [bytes(4, 1, 0, 80, 203, 0, 113, 7, 0), '203.0.113.7', GRANTED4],
  'SOCKS 4a': [bytes(4, 1, 0, 80, 0, 0, 0, 1, 'me', 0, NAME, 0), '198.51.100.9', GRANTED4],
  'SOCKS 5, IPv4': [bytes(...HELLO, 5, 1, 0, 1, 203, 0, 113, 7, 0, 80), '203.0.113.7', GRANTED5],
  'SOCKS 5, IPv6': [bytes(...HELLO, 5, 1, 0, 4, ...IPV6, 0, 80), '2001:db8::7', GRANTED5],
  'SOCKS 5, name': [bytes(5, 3, 2, 0, 1, 5, 1, 0, 3, NAME.length, NAME, 0, 80), '198.51.100.9', GRANTED5],
  'SOCKS 5, literal as a name': [bytes(...HELLO, 5, 1, 0, 3, 11, '203.0.113.7', 0, 80), '203.0.113.7', GRANTED5],
};

/** A request for the server by name, in version 5. */
const [ASK] = REQUESTS['SOCKS 5, name'] ?? [Buffer.alloc(0)];

describe('SOCKS', () => {
  for (const [name, [request, host, granted]] of Object.entries(REQUESTS)) {
    test(`${name}: connects, answers, and passes on both ways what follows`, async () => {
      const { network } = await serving();
      const near = network.arrive();
      near.say(Buffer.concat([request, Buffer.from('early ')]));
      near.say('late');
      await network.settled();
      const [attempt] = network.attempts;
      assert.deepEqual(attempt?.place, { kind: 'tcp', host, port: 80, localHost: undefined, localPort: undefined });
      const far = attempt?.succeed();
      far?.say('answer');
      await network.settled();
      assert.equal(far?.heard, 'early late');
      assert.deepEqual(near.output, Buffer.concat([granted, Buffer.from('answer')]));
      near.finish();
      far?.finish();
      await network.settled();
      assert.deepEqual([near.ended, far?.ended], ['closed', 'closed']);
    });

    test(`R27 ${name}: every cut of the request in two gives the same, and so do single bytes`, async () => {
      const { network } = await serving();
      const stream = Buffer.concat([request, Buffer.from('data')]);
      const cuts = Array.from(stream, (_, at) => [stream.subarray(0, at + 1), stream.subarray(at + 1)]);
      cuts.push(Array.from(stream, (byte) => Buffer.of(byte)));
      const clients = cuts.map((pieces) => {
        const near = network.arrive();
        for (const piece of pieces) if (piece.length > 0) near.say(piece);
        return near;
      });
      await network.settled();
      const servers = network.attempts.map((attempt) => attempt.succeed());
      await network.settled();
      assert.equal(servers.length, cuts.length);
      for (const near of clients) assert.deepEqual(near.output, granted);
      for (const far of servers) assert.equal(far.heard, 'data');
    });
  }

  const FAILURES: [Cause['kind'], number][] = [
    ['refused', 5],
    ['unreachable', 3],
    ['timeout', 4],
    ['lookup', 4],
    ['other', 1],
  ];
  for (const [kind, code] of FAILURES) {
    test(`SOCKS 5 answers ${code} when the attempt fails with '${kind}', SOCKS 4 answers 91`, async () => {
      const { network, reasons } = await serving();
      const five = network.arrive();
      five.say(bytes(...HELLO, 5, 1, 0, 1, 203, 0, 113, 7, 0, 80));
      const four = network.arrive();
      four.say(bytes(4, 1, 0, 80, 203, 0, 113, 7, 0));
      for (const attempt of network.attempts) attempt.fail(kind);
      await network.settled();
      assert.deepEqual(five.output, bytes(5, 0, 5, code, 0, 1, 0, 0, 0, 0, 0, 0));
      assert.deepEqual(four.output, bytes(0, 91, 0, 0, 0, 0, 0, 0));
      assert.deepEqual([five.ended, four.ended, network.warnings, reasons], ['output', 'output', [], []]);
    });
  }

  test('SOCKS 5 answers 4 when the name is not found', async () => {
    const { network } = await serving({ allow: [{ host: '*.example', port: '*' }] });
    const near = network.arrive();
    near.say(bytes(...HELLO, 5, 1, 0, 3, 10, 'no.example', 0, 80));
    await network.settled();
    assert.deepEqual(near.output, bytes(5, 0, 5, 4, 0, 1, 0, 0, 0, 0, 0, 0));
  });

  /** What is refused without an attempt, and the whole answer. */
  const REFUSED: [string, Buffer, Buffer][] = [
    ['5: a port that is not allowed', bytes(...HELLO, 5, 1, 0, 1, 203, 0, 113, 7, 0, 81), bytes(5, 0, 5, 2)],
    ['5: an address that is not allowed', bytes(...HELLO, 5, 1, 0, 1, 127, 0, 0, 1, 0, 80), bytes(5, 0, 5, 2)],
    ['5: a name that is not allowed', bytes(...HELLO, 5, 1, 0, 3, 5, 'other', 0, 80), bytes(5, 0, 5, 2)],
    ['5: an empty name', bytes(...HELLO, 5, 1, 0, 3, 0, 0, 80), bytes(5, 0, 5, 2)],
    ['5: port 0', bytes(...HELLO, 5, 1, 0, 1, 203, 0, 113, 7, 0, 0), bytes(5, 0, 5, 2)],
    ['5: BIND', bytes(...HELLO, 5, 2, 0, 1, 203, 0, 113, 7, 0, 80), bytes(5, 0, 5, 7)],
    ['5: UDP ASSOCIATE', bytes(...HELLO, 5, 3, 0, 3, 1, 'x', 0, 80), bytes(5, 0, 5, 7)],
    ['5: an unknown address type', bytes(...HELLO, 5, 1, 0, 2, 'whatever'), bytes(5, 0, 5, 8)],
    ['5: no method that is offered', bytes(5, 2, 1, 2), bytes(5, 255)],
    ['5: no method at all', bytes(5, 0), bytes(5, 255)],
    ['4: BIND', bytes(4, 2, 0, 80, 203, 0, 113, 7, 0), bytes(0, 91)],
    ['4: an address that is not allowed', bytes(4, 1, 0, 80, 127, 0, 0, 1, 0), bytes(0, 91)],
    ['4: 0.0.0.0 is an address', bytes(4, 1, 0, 80, 0, 0, 0, 0, 0), bytes(0, 91)],
    ['4a: a name that is not allowed', bytes(4, 1, 0, 80, 0, 0, 0, 1, 0, 'other', 0), bytes(0, 91)],
    ['4: a user without an end', bytes(4, 1, 0, 80, 203, 0, 113, 7, 'x'.repeat(256)), bytes(0, 91)],
    ['4a: a name without an end', bytes(4, 1, 0, 80, 0, 0, 0, 1, 0, 'x'.repeat(256)), bytes(0, 91)],
  ];
  const ANSWER_LENGTHS = [2, 8, 12];
  for (const [name, request, answer] of REFUSED) {
    test(`${name} is refused, without an attempt or a lookup`, async () => {
      const { network } = await serving();
      const lookups: string[] = [];
      network.names.resolve = async (host) => {
        lookups.push(host);
        return [];
      };
      const near = network.arrive();
      near.say(request);
      await network.settled();
      assert.deepEqual(near.output.subarray(0, answer.length), answer);
      assert.ok(ANSWER_LENGTHS.includes(near.output.length));
      assert.deepEqual([near.ended, network.attempts, lookups], ['output', [], []]);
    });
  }

  test('a user and a name of 255 bytes are not too long', async () => {
    const { network } = await serving({ allow: [{ host: '*.example', port: 80 }] });
    const name = `${'a'.repeat(40)}.${'b.'.repeat(90)}example`;
    network.addresses.set(name, [{ family: 'IPv4', host: '198.51.100.9' }]);
    const near = network.arrive();
    near.say(bytes(4, 1, 0, 80, 0, 0, 0, 1, 'x'.repeat(255), 0, name, 0));
    await network.settled();
    assert.equal(network.attempts.length, 1);
  });

  test('without an allow-list every destination is refused', async () => {
    const { network } = await serving({});
    const near = network.arrive();
    near.say(ASK);
    await network.settled();
    assert.deepEqual(near.output, bytes(5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0));
  });

  for (const [what, said] of [
    ['speaks another version', 'GET / HTTP/1.1\r\n\r\n'],
    ['changes the version', bytes(...HELLO, 4, 1)],
  ] as const) {
    test(`a client that ${what} is reset`, async () => {
      const { network, reasons } = await serving();
      const near = network.arrive();
      near.say(said);
      await network.settled();
      assert.equal(near.ended, 'reset');
      assert.match(String(reasons), /^Error: the version of (?:SOCKS|the SOCKS request) is \d+, not (?:4 or )?5$/);
      assert.deepEqual(network.warnings, []);
    });
  }

  test('a client that does not finish its request in time is reset; bytes do not win it any', async () => {
    const { network, reasons } = await serving({ allow: ALLOW, handshakeTimeoutMs: 2000 });
    const near = network.arrive();
    network.advance(1500);
    near.say(ASK.subarray(0, 6));
    await network.settled();
    network.advance(499);
    await network.settled();
    assert.equal(near.ended, 'no');
    network.advance(1);
    await network.settled();
    assert.equal(near.ended, 'reset');
    assert.deepEqual(reasons.map(String), ['TimeoutError: no SOCKS request within 2 s']);
  });

  test('the handshake is over when the request is there: no alarm is left', async () => {
    const { network } = await serving();
    const near = network.arrive();
    near.say(ASK);
    await network.settled();
    const far: FakePeer | undefined = network.attempts[0]?.succeed();
    await network.settled();
    assert.equal(network.alarmAt, undefined);
    network.advance(60_000);
    near.say('still there');
    await network.settled();
    assert.equal(far?.heard, 'still there');
  });

  test('a client that goes before its request is whole leaves nothing behind', async () => {
    for (const leave of [(near: FakePeer) => near.finish(), (near: FakePeer) => near.lose('reset')]) {
      const { network } = await serving();
      const near = network.arrive();
      near.say(ASK.subarray(0, 7));
      leave(near);
      await network.settled();
      assert.deepEqual([network.alarmAt, network.attempts], [undefined, []]);
    }
  });

  test('a client that goes while its connection is under way cancels it', async () => {
    const { network, reasons } = await serving();
    const near = network.arrive();
    near.say(ASK);
    await network.settled();
    near.lose('reset');
    await network.settled();
    assert.equal(network.attempts[0]?.cancelled, true);
    assert.deepEqual([reasons.length, network.warnings], [1, []]);
  });

  for (const [options, most] of [
    [{}, 1],
    [{ maxLookups: 3 }, 3],
  ] as const) {
    test(`R25 of names that clients chose, ${most} at a time are looked up`, async () => {
      const { network } = await serving({ allow: [{ host: '*.example', port: '*' }], ...options });
      const asked: string[] = [];
      const answers: ((found: HostAddress[]) => void)[] = [];
      network.names.resolve = (host) => {
        asked.push(host);
        return new Promise((resolve) => answers.push(resolve));
      };
      const clients = ['a', 'b', 'c', 'd', 'e'].map((name) => {
        const near = network.arrive();
        near.say(bytes(...HELLO, 5, 1, 0, 3, 9, `${name}.example`, 0, 80));
        return near;
      });
      // An address needs no lookup.
      const [literal] = REQUESTS['SOCKS 5, IPv4'] ?? [];
      network.arrive().say(literal ?? '');
      await network.settled();
      assert.deepEqual([asked.length, network.attempts.length], [most, 0]);
      // Who leaves gives up its place in the queue, but a lookup that is under way goes on.
      clients[0]?.lose('reset');
      clients[3]?.lose('reset');
      await network.settled();
      assert.equal(asked.length, most);
      for (let at = 0; at < 4; at += 1) {
        answers[at]?.([{ family: 'IPv4', host: '198.51.100.9' }]);
        await network.settled();
        assert.equal(asked.length, Math.min(4, most + at + 1));
      }
      assert.deepEqual(asked, ['a.example', 'b.example', 'c.example', 'e.example']);
      assert.equal(network.attempts.length, 3);
    });
  }

  test('a bound of lookups that is none is refused', () => {
    const { reactor } = new FakeNetwork();
    assert.throws(
      () => new SocksFactory(reactor, { maxLookups: 0 }),
      /^RangeError: maxLookups is 0, not a whole number/,
    );
  });

  test('a timeout that is none is refused', () => {
    const { reactor } = new FakeNetwork();
    assert.throws(
      () => new SocksFactory(reactor, { handshakeTimeoutMs: -1 }),
      /^RangeError: handshakeTimeoutMs is -1, not a number of at least 0$/,
    );
  });
});

describe('SOCKS when its port drains', () => {
  test('R49 closes a client that has not sent its request', async () => {
    const { network } = await serving();
    const [silent, slow] = [network.arrive(), network.arrive()];
    slow.say(HELLO);
    await network.settled();
    await network.drain();
    assert.deepEqual([silent.ended, slow.ended], ['output', 'output']);
  });

  test('R49 leaves those that are passed on, or will be', async () => {
    const { network } = await serving();
    const near = network.arrive();
    near.say(ASK);
    await network.settled();
    await network.drain();
    const far = network.attempts[0]?.succeed();
    near.say('question');
    far?.say('answer');
    await network.settled();
    assert.deepEqual([far?.heard, near.ended, far?.ended], ['question', 'no', 'no']);
    near.finish();
    far?.finish();
    await network.settled();
    assert.deepEqual([near.ended, far?.ended], ['closed', 'closed']);
  });
});
