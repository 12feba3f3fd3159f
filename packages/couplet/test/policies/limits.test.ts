import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guard, limitConnections, limitPerPeer } from 'couplet/policies';
import type { SocketName } from '../../src/seam/address.ts';
import { Recorders } from './recorder.ts';
import { House, LOCAL, type Visit } from './visit.ts';

const ipv4 = (host: string): SocketName => ({ family: 'IPv4', host, port: 1 });
const ipv6 = (host: string): SocketName => ({ family: 'IPv6', host, port: 1 });

describe('limitConnections', () => {
  test('R42 the limit is exact, and a slot is free after connectionLost', () => {
    const house = new House(limitConnections(new Recorders(), { max: 2 }));
    const visits = [house.accept(), house.accept(), house.accept()];
    assert.deepEqual(
      visits.map(({ admitted }) => admitted),
      [true, true, false],
    );
    visits[0]?.cut();
    assert.equal(house.accept().admitted, true);
    assert.equal(house.accept().admitted, false);
  });

  test('R42 a refused connection gets the message, and is closed after a turn, holding nothing', () => {
    const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }));
    const first = house.accept();
    const refused = house.accept();
    assert.equal(String(refused.output), 'full\n');
    assert.deepEqual(refused.calls, ['end']);
    refused.send('please');
    house.turn();
    assert.deepEqual(refused.calls, ['end']);
    house.turn();
    assert.deepEqual(refused.calls, ['end', 'close']);
    // It has not closed yet, and no longer counts.
    first.cut();
    assert.equal(house.accept().admitted, true);
    refused.settle();
    assert.equal(house.accept().admitted, false);
  });

  test('R42 a message that the kernel does not take at once is followed by the end when it does', () => {
    const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }));
    house.accept();
    const refused = house.accept(LOCAL, [false]);
    assert.deepEqual(refused.calls, []);
    refused.drain();
    assert.deepEqual(refused.calls, ['end']);
  });

  test('R25 a stopping reactor closes whom it refused at once', async () => {
    const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }));
    const first = house.accept();
    const refused = house.accept();
    const quit = house.engine.live.end(0, 'the reactor stopped');
    assert.deepEqual(refused.calls, ['end', 'close']);
    for (const visit of [first, refused]) visit.settle();
    await quit;
    house.turn();
    house.turn();
    assert.equal(house.engine.live.empty, true);
  });

  test('R42 what the factory refuses, and what it fails to build, holds no slot', () => {
    const recorders = new Recorders();
    const house = new House(limitConnections(recorders, { max: 1 }));
    recorders.buildProtocol = () => null;
    for (let count = 0; count < 5; count += 1) assert.equal(house.accept().admitted, false);
    recorders.buildProtocol = () => {
      throw new Error('no database');
    };
    for (let count = 0; count < 5; count += 1) assert.equal(house.accept().admitted, false);
    assert.equal(house.reports.length, 5);
    recorders.buildProtocol = Recorders.prototype.buildProtocol;
    assert.equal(house.accept().admitted, true);
    assert.equal(house.accept().admitted, false);
  });

  test('R42 what a policy further in refuses holds no slot', () => {
    const inner = limitConnections(new Recorders(), { max: 1 });
    const house = new House(limitConnections(inner, { max: 2 }));
    const first = house.accept();
    for (let count = 0; count < 5; count += 1) assert.equal(house.accept().admitted, false);
    first.cut();
    assert.equal(house.accept().admitted, true);
  });

  test('R42 a policy without types that answers null lets those further in be asked', async () => {
    const nothing = JSON.parse('null');
    for (const answer of [nothing, Promise.resolve(nothing)]) {
      const house = new House(guard(limitConnections(new Recorders(), { max: 1 }), { filter: () => answer }));
      house.accept();
      house.accept();
      await answer;
      await new Promise(setImmediate);
      assert.deepEqual(
        house.reasons.map(({ name }) => name),
        ['ConnectionLimitReached'],
      );
    }
  });

  test('R42 the reason says how many there are', () => {
    const reasonOf = (max: number): string | undefined => {
      const house = new House(limitConnections(new Recorders(), { max }));
      for (let count = 0; count <= max; count += 1) house.accept();
      return house.reasons[0]?.message;
    };
    assert.deepEqual([1, 2].map(reasonOf), ['there is 1 connection already', 'there are 2 connections already']);
  });

  test('R42 what asking a factory further in fails at holds no slot', () => {
    const recorders = new Recorders();
    recorders.admit = () => {
      throw new Error('no rules');
    };
    const house = new House(limitConnections(limitConnections(recorders, { max: 2 }), { max: 1 }));
    assert.deepEqual([house.accept().admitted, house.accept().admitted], [false, false]);
    assert.deepEqual(
      house.reports.map(({ who, where }) => `${who}: ${where}`),
      Array(2).fill('Recorders for 192.0.2.1:4321: admit'),
    );
    recorders.admit = () => undefined;
    assert.equal(house.accept().admitted, true);
  });

  test('R42 a connection counts as long as its connectionLost runs', () => {
    const recorders = new Recorders();
    const house = new House(limitConnections(recorders, { max: 1 }));
    const visit = house.accept();
    let meanwhile: boolean | undefined;
    recorders.last.connectionLost = () => {
      meanwhile = house.accept().admitted;
    };
    visit.cut();
    assert.equal(meanwhile, false);
    assert.equal(house.accept().admitted, true);
  });

  test('names an option that is out of its bounds', () => {
    for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => limitConnections(new Recorders(), { max }), { name: 'RangeError', message: /^max is / });
    }
    const message = Buffer.alloc(4097);
    assert.throws(() => limitConnections(new Recorders(), { max: 1, message }), {
      name: 'RangeError',
      message: 'message has 4097 bytes, more than 4096',
    });
    limitConnections(new Recorders(), { max: 1, message: message.subarray(1) });
  });

  test('a message may change after it was given', () => {
    const message = Buffer.from('full\n');
    const house = new House(limitConnections(new Recorders(), { max: 1, message }));
    message.fill('x');
    house.accept();
    assert.equal(String(house.accept().output), 'full\n');
  });
});

describe('limitPerPeer', () => {
  /** Who of these peers is let in by a limit of one, all of them staying. */
  function admitted(
    peers: readonly (SocketName | null)[],
    options: { ipv4Prefix?: number; ipv6Prefix?: number } = {},
  ): number[] {
    const house = new House(limitPerPeer(new Recorders(), { max: 1, ...options }));
    const visits: Visit[] = peers.map((peer) => house.accept(peer));
    return visits.flatMap((visit, at) => (visit.admitted ? [at] : []));
  }

  test('R42 each peer has a limit of its own', () => {
    const house = new House(limitPerPeer(new Recorders(), { max: 2 }));
    const [one, other] = [ipv4('192.0.2.1'), ipv4('192.0.2.2')];
    const first = house.accept(one);
    assert.deepEqual(
      [house.accept(one), house.accept(one), house.accept(other)].map((visit) => visit.admitted),
      [true, false, true],
    );
    first.cut();
    assert.equal(house.accept(one).admitted, true);
    assert.equal(house.accept(one).admitted, false);
  });

  test('R42 IPv6 peers are told apart by their /64', () => {
    assert.deepEqual(admitted([ipv6('2001:db8::1'), ipv6('2001:db8::2:3'), ipv6('2001:db8:0:1::1')]), [0, 2]);
  });

  test('R42 an IPv4-mapped IPv6 address is the IPv4 address, in any form', () => {
    const same = [
      ipv4('192.0.2.1'),
      ipv6('::ffff:192.0.2.1'),
      ipv6('::ffff:c000:201'),
      ipv6('0:0:0:0:0:FFFF:192.0.2.1'),
    ];
    assert.deepEqual(admitted(same), [0]);
    assert.deepEqual(admitted([ipv6('::ffff:192.0.2.1'), ipv6('::ffff:192.0.2.2')]), [0, 1]);
  });

  test('R42 all peers on UNIX sockets are one', () => {
    assert.deepEqual(
      admitted([
        { family: 'UNIX', path: '' },
        { family: 'UNIX', path: '/a' },
      ]),
      [0],
    );
  });

  test('R42 a connection that was reset before it was accepted has no peer, and is refused', () => {
    assert.deepEqual(admitted([null, ipv4('192.0.2.1')]), [1]);
  });

  test('R42 neighbours that differ in the last bit of a prefix are different peers, behind it the same', () => {
    const first = 0x2001_0db8_0000_0000_0000_0000_0000_0002n;
    const written = (address: bigint): SocketName => ipv6((address.toString(16).match(/.{4}/g) ?? []).join(':'));
    for (const ipv6Prefix of [1, 64, 127, 128]) {
      const last = first ^ (1n << BigInt(128 - ipv6Prefix));
      assert.deepEqual(admitted([written(first), written(last)], { ipv6Prefix }), [0, 1], `/${ipv6Prefix}`);
      const behind = ipv6Prefix === 128 ? first : first ^ (1n << BigInt(127 - ipv6Prefix));
      assert.deepEqual(admitted([written(first), written(behind)], { ipv6Prefix }), [0], `/${ipv6Prefix}`);
    }
    const other = first ^ (1n << 127n);
    assert.deepEqual(admitted([written(first), written(other)], { ipv6Prefix: 0 }), [0]);
  });

  test('the prefixes are options', () => {
    assert.deepEqual(admitted([ipv4('192.0.2.1'), ipv4('192.0.2.200'), ipv4('192.0.3.1')], { ipv4Prefix: 24 }), [0, 2]);
    assert.deepEqual(admitted([ipv4('192.0.2.1'), ipv4('10.0.0.1')], { ipv4Prefix: 0 }), [0]);
    assert.deepEqual(admitted([ipv6('2001:db8::1'), ipv6('2001:db8::2')], { ipv6Prefix: 128 }), [0, 1]);
    assert.deepEqual(admitted([ipv6('2001:db8:1::'), ipv6('2001:db8:2::')], { ipv6Prefix: 32 }), [0]);
    const limit = (options: object): unknown => limitPerPeer(new Recorders(), { max: 1, ...options });
    assert.throws(() => limit({ ipv4Prefix: 33 }), /^RangeError: ipv4Prefix is 33, not a whole number from 0 to 32$/);
    assert.throws(() => limit({ ipv6Prefix: -1 }), /^RangeError: ipv6Prefix is -1, not a whole number from 0 to 128$/);
  });

  test('link-local addresses of different links are different peers', () => {
    assert.deepEqual(admitted([ipv6('fe80::1%eth0'), ipv6('fe80::1%eth1'), ipv6('fe80::2%eth0')]), [0, 1]);
  });
});
