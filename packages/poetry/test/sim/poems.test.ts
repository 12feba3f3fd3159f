import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeoutIdle } from 'couplet/policies';
import type { World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { FastPoetry, FastPoetryFactory } from '../../src/protocols/fast-poetry.ts';
import { SlowPoetryFactory } from '../../src/protocols/slow-poetry.ts';
import { dawdle, POEM, persist } from './reader.ts';

/** Everything can go wrong, power and processes included. */
const storm = { seeds: FULL ? 100 : 30, profile: 'storm', patienceMs: 7_200_000 } as const;

const PORTS = [10_000, 10_001, 10_002];

/** A fast server at each of the ports. */
function serveFast(world: World): Promise<void> {
  return world.host('server').run(async (reactor) => {
    for (const port of PORTS) await reactor.listenTCP(port, new FastPoetryFactory(POEM));
  });
}

test('downloads from three ports at once each get their poem in the end', async () => {
  await simulate(storm, async (world) => {
    await serveFast(world);
    const { reactor } = world.host('client');
    await Promise.all(PORTS.map((port) => persist(world, reactor, `tcp:server:${port}`)));
  });
});

test('downloads one after the other get their poems in the end', async () => {
  await simulate(storm, async (world) => {
    await serveFast(world);
    const { reactor } = world.host('client');
    for (const port of PORTS) await persist(world, reactor, `tcp:server:${port}`);
  });
});

test('the slow server serves one at a time, and a client that is cut or gone keeps no turn', async () => {
  await simulate(storm, async (world) => {
    const factories: SlowPoetryFactory[] = [];
    let most = 0;
    let least = 1;
    await world.host('server').run(async (reactor) => {
      const factory: SlowPoetryFactory = new SlowPoetryFactory({
        poem: POEM,
        numBytes: 100,
        delayMs: 100,
        concurrency: 1,
        onTurn: () => {
          most = Math.max(most, factory.turns.active);
        },
        onPiece: () => {
          least = Math.min(least, factory.turns.active);
        },
      });
      factories.push(factory);
      await reactor.listenTCP(10_000, factory);
    });
    const readers = ['one', 'two', 'three'].map((name) => world.host(name).reactor);
    await Promise.all(readers.map((reactor) => persist(world, reactor, 'tcp:server:10000')));
    await world.until(() => factories.at(-1)?.turns.active === 0 && factories.at(-1)?.turns.waiting === 0, 1000);
    assert.equal(most, 1);
    assert.equal(least, 1, "a piece was sent in nobody's turn");
  });
});

test('a slow reader gets the poem too, and keeps no other one waiting', async () => {
  await simulate({ ...storm, profile: 'rough' }, async (world) => {
    await world.host('server').run(async (reactor) => {
      const factory = new SlowPoetryFactory({ poem: POEM, numBytes: 100, delayMs: 10, concurrency: 0 });
      await reactor.listenTCP(10_000, timeoutIdle(factory, { idleTimeoutMs: 60_000 }));
    });
    const { reactor } = world.host('client');
    await Promise.all([dawdle(world, reactor, 'tcp:server:10000'), persist(world, reactor, 'tcp:server:10000')]);
  });
});

test('a server that sends nothing and closes has no poem: the client asks again until there is one', async () => {
  await simulate(storm, async (world) => {
    let asked = 0;
    class Sometimes extends FastPoetryFactory {
      override buildProtocol(): FastPoetry | null {
        asked += 1;
        return asked < 3 ? null : new FastPoetry();
      }
    }
    const sometimes = new Sometimes(POEM);
    await world.host('server').run(async (reactor) => void (await reactor.listenTCP(10_000, sometimes)));
    await persist(world, world.host('client').reactor, 'tcp:server:10000');
    assert.ok(asked >= 3, `it was asked ${asked} times`);
  });
});
