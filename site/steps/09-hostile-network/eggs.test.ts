import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeoutIdle } from 'couplet/policies';
import { simulate } from 'couplet/sim';
import { Clock, StringTransport } from 'couplet/testing';
import { Breakfast, breakfast, Guest, Kitchen } from './eggs.ts';
import { options, scenario } from './remedy.ts';

// #region unit
test('an egg is ready after three minutes', () => {
  const clock = new Clock();
  const kitchen = new StringTransport({ clock });
  const guest = new StringTransport({ clock });
  const [cook, eater] = [new Kitchen(), new Guest()];
  eater.factory = new Breakfast();
  cook.makeConnection(kitchen);
  eater.makeConnection(guest);
  cook.dataReceived(guest.value()); // 3
  clock.advance(180_000);
  eater.dataReceived(kitchen.value()); // ready
  assert.ok(eater.factory.served);
});
// #endregion unit

test('the simulation finds the guest who waits for ever', async () => {
  await assert.rejects(
    simulate({ seeds: 100, profile: 'storm' }, (world) => breakfast(world)),
    {
      name: 'SimulationError',
      message: /^seed 8, profile storm(?:, commit \w+)?: no progress[\s\S]*COUPLET_SIM=storm:8:118 /,
    },
  );
});

// #region remedied
test('with a bound on silence every world ends well', async () => {
  await simulate({ ...options, seeds: 100 }, scenario);
});
// #endregion remedied

test('the bound has to be longer than an egg takes', async () => {
  const hasty = (factory: Breakfast) => timeoutIdle(factory, { idleTimeoutMs: 120_000 });
  await assert.rejects(
    simulate({ seeds: 1, profile: 'calm' }, (world) => breakfast(world, hasty)),
    /no progress/,
  );
});
