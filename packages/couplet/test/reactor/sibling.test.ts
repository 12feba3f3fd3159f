import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, open, Reactor } from 'couplet';
import { Echo } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { FakeBackend } from '../fake-backend.ts';
import { backendHere } from '../here.ts';

describe('a sibling of a reactor', () => {
  test('has timers of its own, which the other one does not move', async () => {
    const reactor = new Reactor(backendHere());
    const siblings = [reactor.sibling(), reactor.sibling()];
    const rang: string[] = [];
    await new Promise<void>((resolve) => {
      reactor.callLater(30, resolve);
      for (const [at, one] of siblings.entries()) one.callLater(20 - 10 * at, () => rang.push(`sibling ${at}`));
      assert.deepEqual(
        [reactor, ...siblings].map((one) => [...one.inspect().timers()].length),
        [1, 1, 1],
      );
    });
    assert.deepEqual(rang, ['sibling 1', 'sibling 0']);
  });

  test('is refused where the backend has none for it', () => {
    assert.throws(() => new Reactor(new FakeBackend()).sibling(), {
      message: "the backend 'fake' has no sibling for another reactor",
    });
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
