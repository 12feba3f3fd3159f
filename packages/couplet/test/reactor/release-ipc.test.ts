import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RunOptions } from 'couplet';
import { Reactor } from 'couplet';
import { simulate } from 'couplet/sim';

/** Runs a reactor twice. Returns when it let go of the channel, and when each run was over. */
async function logOf(options: RunOptions | undefined, able = true): Promise<string[]> {
  const log: string[] = [];
  await simulate({ seeds: 1, twice: 0, profile: 'calm' }, async (world) => {
    const process = world.host('server').spawn();
    const released = (): unknown => log.push(`released, running: ${reactor.running}`);
    const surroundings = able ? { ...process.surroundings, releaseIPC: released } : process.surroundings;
    const { name, clock, streams, names } = process;
    const reactor = new Reactor({ name, clock, streams, names, surroundings });
    reactor.addSystemEventTrigger('after', 'shutdown', () => log.push('shut down'));
    for (let run = 0; run < 2; run += 1) {
      const ended = reactor.run(options);
      reactor.stop();
      await ended;
      log.push('over');
    }
  });
  return log;
}

describe('run({ releaseIPC })', () => {
  test('R25 lets go of the channel when everything has ended, at each run', async () => {
    const each = ['shut down', 'released, running: false', 'over'];
    assert.deepEqual(await logOf({ releaseIPC: true }), [...each, ...each]);
  });

  test('R25 leaves the channel to the program unless it is set', async () => {
    for (const options of [undefined, {}, { releaseIPC: false }])
      assert.deepEqual(await logOf(options), ['shut down', 'over', 'shut down', 'over']);
  });

  test('R25 is of no effect where the runtime has no such channel', async () => {
    assert.deepEqual(await logOf({ releaseIPC: true }, false), ['shut down', 'over', 'shut down', 'over']);
  });
});
