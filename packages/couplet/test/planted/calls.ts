import type { DelayedCall } from 'couplet';
import type { Scene } from './scene.ts';
import { client, expect, expectSame, scene } from './scene.ts';

/** A call as it has to run. */
interface Plan {
  readonly name: number;
  readonly call: DelayedCall;
  /** When it is due; undefined once it was cancelled. */
  due: number | undefined;
}

/** Delayed calls that are moved and cancelled at random run at their time, in its order, and each once. */
export const calls: Scene = scene('calls', async (world) => {
  const reactor = client(world);
  const { dice } = world;
  const plans: Plan[] = [];
  const ran: { readonly name: number; readonly time: number }[] = [];
  const from = world.now;
  for (let name = 0; name < 200; name += 1) {
    const delayMs = dice.whole(0, 500);
    const call = reactor.callLater(delayMs, () => ran.push({ name, time: world.now }));
    plans.push({ name, call, due: world.now + delayMs });
    const plan = dice.chance(0.6) ? plans[dice.whole(0, plans.length - 1)] : undefined;
    if (plan?.call.active) change(plan, dice.whole(0, 2), dice.whole(0, 300), world.now);
    if (dice.chance(0.1)) await world.sleep(dice.whole(0, 20));
    if (dice.chance(0.05)) world.host('client').jumpClock(dice.whole(-86_400_000, 86_400_000));
  }
  let turn = 0;
  reactor.callLater(0, () => {
    reactor.callLater(0, () => expectSame(turn, 1, 'the turn of a call made in a call'));
    reactor
      .callLater(0, () => {
        turn += 1;
      })
      .reset(0);
    turn = 1;
  });
  await world.sleep(2000);
  for (const { name, due } of plans) {
    const times = ran.filter((one) => one.name === name).map(({ time }) => time);
    expectSame(times, due === undefined ? [] : [due], `when call ${name} ran, of those since ${from}`);
  }
  const order = ran.map(({ time }) => time);
  expect(
    order.every((time, at) => at === 0 || time >= (order[at - 1] ?? 0)),
    'calls ran out of order',
  );
});

function change(plan: Plan, how: number, byMs: number, now: number): void {
  if (how === 0) {
    plan.call.cancel();
    plan.due = undefined;
  } else if (how === 1) {
    plan.call.reset(byMs);
    plan.due = now + byMs;
  } else {
    plan.call.delay(byMs);
    plan.due = (plan.due ?? now) + byMs;
  }
}
