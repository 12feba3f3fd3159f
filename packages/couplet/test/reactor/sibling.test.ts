import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, open, Reactor } from 'couplet';
import { Echo } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { SharedAlarm } from '../../src/time/shared-alarm.ts';
import { FakeBackend } from '../fake-backend.ts';

describe('a sibling of a reactor', () => {
  test('has timers of its own on the one alarm of the backend', () => {
    const backend = new FakeBackend();
    const reactor = new Reactor(backend);
    const rang: string[] = [];
    const call = (name: string) => () => rang.push(`${name} at ${backend.time}`);
    reactor.callLater(30, call('first'));
    const sibling = reactor.sibling();
    const grandchild = sibling.sibling();
    sibling.callLater(20, call('sibling'));
    grandchild.callLater(10, call('grandchild'));
    sibling.callLater(40, call('sibling again'));
    reactor.callLater(40, call('first again'));
    assert.deepEqual([[...reactor.inspect().timers()].length, [...sibling.inspect().timers()].length], [2, 2]);
    backend.advance(100);
    assert.deepEqual(rang.slice(0, 3), ['grandchild at 10', 'sibling at 20', 'first at 30']);
    assert.deepEqual(rang.slice(3).sort(), ['first again at 40', 'sibling again at 40']);
    assert.equal(backend.alarmAt, undefined);
  });

  test('switching one alarm off leaves the other on', () => {
    const backend = new FakeBackend();
    const alarm = new SharedAlarm(backend.clock);
    const [one, other] = [alarm.part(), alarm.part()];
    const rang: string[] = [];
    one(10, () => rang.push('one'));
    other(20, () => rang.push('other'));
    one(undefined, () => {});
    assert.equal(backend.alarmAt, 20);
    // While it rings it may be set again.
    one(20, () => one(25, () => rang.push('one later')));
    backend.advance(30);
    assert.deepEqual(rang, ['other', 'one later']);
  });

  test('one that throws as it rings does not keep the other from ringing', () => {
    const backend = new FakeBackend();
    const alarm = new SharedAlarm(backend.clock);
    const [one, other] = [alarm.part(), alarm.part()];
    const rang: string[] = [];
    one(10, () => {
      throw new Error('no');
    });
    other(10, () => rang.push('other'));
    assert.throws(() => backend.advance(10), /^Error: no$/);
    assert.deepEqual(rang, ['other']);
  });

  test('is of the same simulated process, and dies with it', async () => {
    await simulate({ seeds: 3, profile: 'calm' }, async (world) => {
      const host = world.host('server');
      const sibling = host.reactor.sibling();
      await sibling.listenTCP(2, Factory.forProtocol(Echo));
      const there = `tcp:${host.addresses[0]}:2`;
      const { reactor } = world.host('client');
      const connection = await open(there, { reactor });
      await connection.write('echo');
      assert.equal((await connection.readExactly(4)).toString(), 'echo');
      // What it accepted is not taken for a connection of the other one.
      assert.equal(host.reactor.inspect().totals.accepted, 0);
      let rang = false;
      sibling.callLater(1000, () => {
        rang = true;
      });
      host.crash();
      await assert.rejects(connection.readExactly(1));
      connection.close();
      await world.sleep(2000);
      assert.equal(rang, false);
      await assert.rejects(open(there, { reactor }), /connection refused/);
    });
  });

  test('shows nothing of the other, and outlives its stop', async () => {
    await simulate({ seeds: 3, profile: 'calm' }, async (world) => {
      const host = world.host('server');
      const { reactor } = host;
      const sibling = reactor.sibling();
      await reactor.listenTCP(1, Factory.forProtocol(Echo));
      const port = await sibling.listenTCP(2, Factory.forProtocol(Echo));
      const hosts = (one: Reactor): string[] => Array.from(one.inspect().ports(), ({ host }) => host);
      assert.deepEqual([hosts(reactor), hosts(sibling)], [['0.0.0.0:1'], ['0.0.0.0:2']]);
      reactor.stop();
      await world.until(() => !reactor.running);
      assert.deepEqual([hosts(reactor), hosts(sibling)], [[], ['0.0.0.0:2']]);
      await port.stopListening();
    });
  });
});
