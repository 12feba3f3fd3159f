import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from 'couplet/sim';

const { COUPLET_SOLUTION } = process.env;
const { ask, Ballots }: typeof import('./solution.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

const VOTERS = ['ada', 'grace', 'edsger'];

for (const [profile, seeds] of [
  ['calm', 5],
  ['rough', 200],
  ['storm', 1000],
] as const)
  test(`each vote is counted once, in ${seeds} worlds of the profile ${profile}`, async () => {
    await simulate({ seeds, profile }, async (world) => {
      const disk = new Map<string, string>();
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(8007, new Ballots(disk));
      });
      const { reactor } = world.host('client');
      const answers = await Promise.all(
        VOTERS.map(async (voter) => {
          await world.sleep(world.dice.whole(0, 10_000));
          return ask(reactor, 'tcp:server:8007:timeout=10', `vote ${voter} moon`);
        }),
      );
      assert.deepEqual(answers, ['counted', 'counted', 'counted']);
      assert.equal(await ask(reactor, 'tcp:server:8007:timeout=10', 'count moon'), '3', 'votes for the moon');
    });
  });
