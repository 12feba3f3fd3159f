import { describe, test } from 'node:test';
import type { Conditions, Host } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { checkBackend } from 'couplet/testing';

/** Networks on which every check holds. What needs a fast network or large buffers says so by its own expectations. */
const NETWORKS: Readonly<Record<string, Partial<Conditions>>> = {
  'a calm network': {},
  'small segments and buffers': { segmentBytes: 1460, sendBufferBytes: 65_536, receiveBufferBytes: 65_536 },
};

for (const [name, conditions] of Object.entries(NETWORKS)) {
  describe(`the simulated backend on ${name}`, () => {
    let here: Host;
    let paths = 0;
    const venue = {
      backend: () => here.spawn(),
      unixPath: () => {
        paths += 1;
        return `/run/${paths}.sock`;
      },
    };
    for (const check of checkBackend(venue)) {
      test(check.name, async () => {
        await simulate({ seeds: [check.name], profile: 'calm' }, async (world) => {
          world.setConditions(conditions);
          here = world.host('here');
          await check.run();
        });
      });
    }
  });
}
