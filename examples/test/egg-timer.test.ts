import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ClientFactory, Factory } from 'couplet';
import { timeoutIdle } from 'couplet/policies';
import { type Simulated, simulate } from 'couplet/sim';
import { Clock, StringTransport } from 'couplet/testing';
import { FULL } from 'couplet-test/full';
import { Breakfast, Guest, Kitchen } from '../egg-timer.ts';

/** A guest gets an egg in the end, whatever happens to the network for the first one or two minutes. */
function breakfast(seeds: number, guarded: (factory: Breakfast) => ClientFactory): Promise<Simulated> {
  return simulate({ seeds, profile: 'storm' }, async (world) => {
    await world.host('kitchen').run(async (reactor) => {
      await reactor.listenTCP(8017, Factory.forProtocol(Kitchen));
    });
    const factory = new Breakfast();
    world.host('guest').reactor.connectTCP('kitchen', 8017, guarded(factory), { timeoutMs: 5000 });
    await world.until(() => factory.served, 1000);
  });
}

describe('egg-timer', () => {
  test('a unit test finds nothing wrong', () => {
    const clock = new Clock();
    const [kitchen, guest] = [new StringTransport({ clock }), new StringTransport({ clock })];
    const [cook, eater] = [new Kitchen(), new Guest()];
    eater.factory = new Breakfast();
    cook.makeConnection(kitchen);
    eater.makeConnection(guest);
    cook.dataReceived(guest.value());
    clock.advance(180_000);
    eater.dataReceived(kitchen.value());
    assert.equal(eater.factory.served, true);
    assert.equal(guest.disconnecting, true);
  });

  test('the simulation finds a guest who waits for ever: the kitchen lost power, and nobody told', async () => {
    await assert.rejects(
      breakfast(100, (factory) => factory),
      (error: Error) => {
        assert.match(error.message, /^seed \d+, profile storm.*: no progress/);
        assert.match(error.message, /replay it with COUPLET_SIM=storm:\d+:[\d,]+ /);
        assert.match(error.message, /fault \d+ at [\d.]+ ms: kitchen has no power/);
        return true;
      },
    );
  });

  test('a bound on silence is the remedy', async () => {
    // `npm test` has less time.
    const count = FULL ? 1000 : 200;
    const { seeds } = await breakfast(count, (factory) => timeoutIdle(factory, { idleTimeoutMs: 240_000 }));
    assert.equal(seeds, count);
  });
});
