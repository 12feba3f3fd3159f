import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import type { Reactor } from 'couplet';
import type { World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { poetryAddress } from '../../src/command-line/poetry-address.ts';
import { Task } from '../../src/download/task.ts';
import { SlowPoetryFactory } from '../../src/protocols/slow-poetry.ts';
import { POEM } from './reader.ts';

const LIMITS = { maxBytes: POEM.length, timeoutSeconds: 120 };

test('a task that knows the length has the whole poem, or says in one line why not', async (t) => {
  const complaints: string[] = [];
  t.mock.method(process.stderr, 'write', (text: string) => {
    complaints.push(text);
    return true;
  });
  let failures = 0;
  const persist = async (world: World, reactor: Reactor, number: number): Promise<void> => {
    const task = new Task(number, poetryAddress('server:10000'), LIMITS, POEM.length);
    for (;;) {
      let arrived = 0;
      const poem = await task.run(reactor, (step) => {
        if (step.event === 'chunk') arrived += step.bytes;
      });
      if (poem !== undefined) {
        assert.deepEqual(poem, POEM);
        assert.equal(arrived, POEM.length);
        return;
      }
      failures += 1;
      await world.sleep(500);
    }
  };
  await simulate({ seeds: FULL ? 60 : 20, profile: 'storm', patienceMs: 7_200_000 }, async (world) => {
    await world.host('server').run(async (reactor) => {
      const factory = new SlowPoetryFactory({ poem: POEM, numBytes: 50, delayMs: 100, concurrency: 1 });
      await reactor.listenTCP(10_000, factory);
    });
    const { reactor } = world.host('client');
    await Promise.all([1, 2].map((number) => persist(world, reactor, number)));
    await persist(world, reactor, 3);
  });
  assert.ok(failures > 0, 'no task failed in any world');
  assert.equal(complaints.length, failures);
  for (const line of complaints) assert.match(line, /^Task [123]: [^\n]*server[^\n]*: [^\n]+\n$/);
});
