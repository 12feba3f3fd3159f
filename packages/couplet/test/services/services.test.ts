import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory } from 'couplet';
import { Chargen, Daytime, Discard, Echo, QOTDFactory, Time } from 'couplet/protocols';
import { FakeNetwork } from '../relay/fake-network.ts';

/** A network on which the factory serves, at that time. */
async function serving(factory: Factory, time = 0): Promise<FakeNetwork> {
  const network = new FakeNetwork();
  network.time = time;
  await network.serve(factory);
  return network;
}

describe('Echo', () => {
  test('sends back what arrives, to the end', async () => {
    const network = await serving(Factory.forProtocol(Echo));
    const peer = network.arrive();
    peer.say('one ');
    peer.say('two');
    peer.finish();
    await network.settled();
    assert.deepEqual([peer.heard, peer.ended], ['one two', 'closed']);
  });

  test('reads no faster than the peer takes it, and loses nothing', async () => {
    const network = await serving(Factory.forProtocol(Echo));
    const peer = network.arrive(false);
    const chunk = Buffer.alloc(40 * 1024, 'x');
    for (let at = 0; at < 10; at += 1) peer.say(chunk);
    peer.finish();
    await network.settled();
    assert.deepEqual([peer.paused, peer.sent], [true, 0]);
    peer.drain();
    await network.settled();
    assert.deepEqual([peer.sent, peer.ended], [10 * chunk.length, 'closed']);
  });
});

test('Discard says nothing, until the peer closes', async () => {
  const network = await serving(Factory.forProtocol(Discard));
  const peer = network.arrive();
  peer.say('into the void');
  await network.settled();
  assert.deepEqual([peer.heard, peer.ended], ['', 'no']);
  peer.finish();
  await network.settled();
  assert.deepEqual([peer.heard, peer.ended], ['', 'closed']);
});

describe('Chargen', () => {
  test('sends 95 rotating lines of 72 characters, then begins again', async () => {
    const network = await serving(Factory.forProtocol(Chargen));
    const peer = network.arrive(true, false);
    peer.say('go on');
    await network.settled();
    const lines = Buffer.concat(peer.written).toString('latin1').split('\r\n');
    assert.equal(lines.length, 2 * 95 + 1);
    assert.equal(lines[0], ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg');
    assert.equal(lines[1], '!"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh');
    assert.equal(lines[94], '~ !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdef');
    assert.ok(lines.slice(0, -1).every(({ length }) => length === 72));
    assert.deepEqual(lines.slice(95, 190), lines.slice(0, 95));
  });

  test('sends nothing more while the peer takes nothing, and ends when it closes its side', async () => {
    const network = await serving(Factory.forProtocol(Chargen));
    const peer = network.arrive(false);
    await network.settled();
    assert.equal(peer.writes, 1);
    peer.answers.push(false);
    peer.drain();
    await network.settled();
    assert.equal(peer.writes, 2);
    peer.finish();
    peer.drain();
    await network.settled();
    assert.deepEqual([peer.writes, peer.ended], [2, 'closed']);
  });
});

for (const protocol of [Echo, Discard, Chargen]) {
  test(`R49 ${protocol.name} closes when its port drains, and what was sent before arrives`, async () => {
    const network = await serving(Factory.forProtocol(protocol));
    const peer = network.arrive(true, false);
    peer.say('one');
    await network.settled();
    await network.drain();
    peer.drain();
    await network.settled();
    assert.equal(peer.ended, 'output');
    if (protocol === Echo) assert.equal(peer.heard, 'one');
  });
}

describe('QOTD', () => {
  test('sends one of its quotes, by chance, with line ends of the network', async () => {
    const network = await serving(new QOTDFactory(['first\n', 'two\nlines\r\n', 'last']));
    const heard = [0, 0.5, 0.999].map((chance) => {
      network.chance = chance;
      return network.arrive();
    });
    await network.settled();
    assert.deepEqual(
      heard.map((peer) => [peer.heard, peer.ended]),
      [
        ['first\r\n', 'output'],
        ['two\r\nlines\r\n', 'output'],
        ['last\r\n', 'output'],
      ],
    );
  });

  test('a quote has fewer than 512 bytes as it is sent', () => {
    assert.equal(new QOTDFactory(['x'.repeat(509)]).quotes[0]?.length, 511);
    assert.throws(() => new QOTDFactory(['', 'x'.repeat(510)]), /^RangeError: quote 1 has 512 bytes, not at most 511$/);
    assert.throws(() => new QOTDFactory(['é'.repeat(255)]), /quote 0 has 512 bytes/);
    assert.throws(() => new QOTDFactory([]), /^RangeError: quotes is empty, not at least one quote$/);
  });
});

test('Daytime sends the date and the time, and closes', async () => {
  const network = await serving(Factory.forProtocol(Daytime), 383_247_463_999);
  const peer = network.arrive();
  await network.settled();
  assert.match(peer.heard, /^Monday, February 22, 1982.* 17:37:43 UTC\r\n$/);
  assert.equal(peer.ended, 'output');
});

describe('Time', () => {
  const CASES = [
    ['the beginning of 1970', 0, 2_208_988_800],
    ['May 1, 1983', 420_595_200_000, 2_629_584_000],
    ['the last second', 2_085_978_495_999, 0xffff_ffff],
    ['the wrap in 2036', 2_085_978_496_000, 0],
    ['the last second of 1969', -1, 2_208_988_799],
  ] as const;
  for (const [when, wallClock, seconds] of CASES) {
    test(`at ${when} sends ${seconds}, and closes`, async () => {
      const network = await serving(Factory.forProtocol(Time), wallClock);
      const peer = network.arrive();
      await network.settled();
      assert.equal(peer.output.length, 4);
      assert.equal(peer.output.readUInt32BE(), seconds);
      assert.equal(peer.ended, 'output');
    });
  }
});
