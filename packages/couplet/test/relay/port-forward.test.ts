import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Transport } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { portForward } from 'couplet/protocols';
import type { FakePeer } from './fake-network.ts';
import { FakeNetwork } from './fake-network.ts';

/** Notes the class of each connection's reason. */
function reasonsOn(network: FakeNetwork): string[] {
  const reasons: string[] = [];
  network.reactor.observe({ connectionLost: (_transport, reason) => void reasons.push(reason.name) });
  return reasons;
}

/** A network on which a port forwards to a server of that name. */
async function forwarding(): Promise<{ network: FakeNetwork; reasons: string[] }> {
  const network = new FakeNetwork();
  await network.serve(portForward(clientFromString(network.reactor, 'tcp:203.0.113.7:80'), { timeoutMs: 5000 }));
  return { network, reasons: reasonsOn(network) };
}

/** The two ends of a pipe that stands. */
async function piped(): Promise<{ network: FakeNetwork; reasons: string[]; near: FakePeer; far: FakePeer }> {
  const { network, reasons } = await forwarding();
  const near = network.arrive();
  const far = network.attempts[0]?.succeed();
  await network.settled();
  assert.ok(far);
  return { network, reasons, near, far };
}

const CHUNK = Buffer.alloc(40 * 1024, 'x');

describe('portForward', () => {
  test('reads nothing of a client before its other side is there, then loses nothing', async () => {
    const { network } = await forwarding();
    const near = network.arrive();
    assert.equal(near.paused, true);
    near.say('first ');
    near.say('second');
    near.finish();
    await network.settled();
    const far = network.attempts[0]?.succeed();
    await network.settled();
    assert.deepEqual([far?.heard, far?.ended], ['first second', 'output']);
    far?.say('answer');
    far?.finish();
    await network.settled();
    assert.deepEqual([near.heard, near.ended, far?.ended], ['answer', 'closed', 'closed']);
  });

  test('a server that speaks first is heard', async () => {
    const { network } = await forwarding();
    const near = network.arrive();
    const far = network.attempts[0]?.succeed();
    far?.say('welcome');
    far?.finish();
    await network.settled();
    assert.deepEqual([near.heard, near.ended], ['welcome', 'output']);
  });

  for (const [from, to] of [
    ['near', 'far'],
    ['far', 'near'],
  ] as const) {
    test(`a half-close of the ${from} end is carried across, behind all data, and the other direction goes on`, async () => {
      const { network, reasons, ...ends } = await piped();
      const [one, other] = [ends[from], ends[to]];
      other.answers.push(false);
      one.say('all I have');
      one.finish();
      await network.settled();
      assert.equal(other.ended, 'no');
      other.drain();
      await network.settled();
      assert.deepEqual([other.heard, other.ended, one.ended], ['all I have', 'output', 'no']);
      for (let at = 0; at < 10; at += 1) other.say(CHUNK);
      await network.settled();
      other.finish();
      await network.settled();
      assert.deepEqual([one.sent, one.ended, other.ended], [10 * CHUNK.length, 'closed', 'closed']);
      assert.deepEqual(reasons, ['ConnectionDone', 'ConnectionDone']);
    });

    test(`the ${from} end is read no faster than the other takes it`, async () => {
      const { network, ...ends } = await piped();
      const [one, other] = [ends[from], ends[to]];
      other.answers.push(false);
      for (let at = 0; at < 10; at += 1) one.say(CHUNK);
      one.finish();
      await network.settled();
      assert.deepEqual([one.paused, other.paused, other.held], [true, false, CHUNK.length]);
      other.say('the other way');
      await network.settled();
      assert.equal(one.heard, 'the other way');
      other.drain();
      await network.settled();
      assert.deepEqual([one.paused, other.sent, other.ended], [false, 10 * CHUNK.length, 'output']);
    });

    test(`a reset of the ${from} end is carried across`, async () => {
      const { network, reasons, ...ends } = await piped();
      ends[from].lose('reset');
      await network.settled();
      assert.equal(ends[to].ended, 'reset');
      assert.deepEqual(reasons, ['ConnectionLost', 'ConnectionLost']);
    });

    test(`a reset of the ${from} end, while the other takes nothing and has closed its side, is carried across`, async () => {
      const { network, ...ends } = await piped();
      const [one, other] = [ends[from], ends[to]];
      other.answers.push(false);
      for (let at = 0; at < 5; at += 1) one.say(CHUNK);
      other.finish();
      await network.settled();
      one.lose('reset');
      await network.settled();
      assert.equal(other.ended, 'reset');
    });
  }

  test('a connection that fails resets its client, and is the reason', async () => {
    const { network, reasons } = await forwarding();
    const near = network.arrive();
    near.say('lost on nobody');
    network.attempts[0]?.fail('refused');
    await network.settled();
    assert.equal(near.ended, 'reset');
    assert.deepEqual(reasons, ['ConnectionRefusedError']);
    assert.deepEqual(network.warnings, []);
  });

  test('the attempt has the timeout of the options', async () => {
    const { network, reasons } = await forwarding();
    const near = network.arrive();
    network.advance(5000);
    await network.settled();
    assert.equal(near.ended, 'reset');
    assert.deepEqual([reasons, network.attempts[0]?.cancelled], [['TimeoutError'], true]);
  });

  test('a client that goes first cancels the attempt', async () => {
    const { network, reasons } = await forwarding();
    const near = network.arrive();
    near.lose('reset');
    await network.settled();
    assert.equal(network.attempts[0]?.cancelled, true);
    assert.deepEqual([reasons, network.warnings], [['ConnectionLost'], []]);
  });

  test('a connection that is closed from outside ends when the other side has said everything, and so does that', async () => {
    const { network } = await forwarding();
    const transports: Transport[] = [];
    network.reactor.observe({ connectionMade: (transport) => void transports.push(transport) });
    const near = network.arrive();
    const far = network.attempts[0]?.succeed();
    await network.settled();
    transports[0]?.loseConnection();
    far?.say('the last word');
    await network.settled();
    assert.equal(near.ended, 'no');
    far?.finish();
    await network.settled();
    assert.deepEqual([near.heard, near.ended], ['the last word', 'output']);
    near.finish();
    await network.settled();
    assert.deepEqual([near.ended, far?.ended], ['closed', 'closed']);
  });

  test('each client has a connection of its own', async () => {
    const { network } = await forwarding();
    const clients = [network.arrive(), network.arrive()];
    const servers = network.attempts.map((attempt) => attempt.succeed());
    await network.settled();
    for (const [at, client] of clients.entries()) client.say(`client ${at}`);
    servers[0]?.lose('reset');
    await network.settled();
    assert.deepEqual(
      servers.map(({ heard }) => heard),
      ['client 0', 'client 1'],
    );
    assert.deepEqual(
      clients.map(({ ended }) => ended),
      ['reset', 'no'],
    );
  });

  test('R25 a reactor that stops leaves neither end', async () => {
    const network = new FakeNetwork();
    const running = network.reactor.run({ signals: false });
    await network.serve(portForward(clientFromString(network.reactor, 'tcp:203.0.113.7:80')));
    const near = network.arrive();
    const far = network.attempts[0]?.succeed();
    await network.settled();
    network.arrive();
    network.reactor.stop();
    await running;
    assert.deepEqual([near.ended, far?.ended, network.attempts[1]?.cancelled], ['reset', 'reset', true]);
    assert.equal(network.alarmAt, undefined);
  });
});
