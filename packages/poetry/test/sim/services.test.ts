import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, type Reactor } from 'couplet';
import { encodeNetstring } from 'couplet/framing';
import { timeoutIdle } from 'couplet/policies';
import { simulate } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { ProxyFactory } from '../../src/protocols/cached-poem.ts';
import { FastPoetryFactory } from '../../src/protocols/fast-poetry.ts';
import { PoemCache } from '../../src/protocols/poem-cache.ts';
import { TransformFactory } from '../../src/protocols/transform-protocol.ts';
import { TransformService } from '../../src/protocols/transform-service.ts';
import { attempt, POEM, persist } from './reader.ts';

test('the proxy keeps no failed fetch, shares the good one, and serves it when the poetry server is gone', async () => {
  await simulate({ seeds: FULL ? 100 : 30, profile: 'rough', patienceMs: 7_200_000 }, async (world) => {
    const source = world.host('server');
    let fetches = 0;
    let whole = 0;
    await source.run(async (reactor) => void (await reactor.listenTCP(10_000, new FastPoetryFactory(POEM))));
    await world.host('proxyserver').run(async (reactor) => {
      const cache = new PoemCache(async (signal) => {
        fetches += 1;
        const poem = await attempt(reactor, 'tcp:server:10000', signal);
        assert.equal(poem.length, POEM.length);
        whole += 1;
        return poem;
      });
      await reactor.listenTCP(10_001, timeoutIdle(new ProxyFactory(cache), { idleTimeoutMs: 300_000 }));
    });
    const readers = ['one', 'two', 'three'].map((name) => world.host(name).reactor);
    await Promise.all(readers.map((reactor) => persist(world, reactor, 'tcp:proxyserver:10001')));
    assert.equal(whole, 1);
    const before = fetches;
    source.crash();
    await persist(world, world.host('late').reactor, 'tcp:proxyserver:10001');
    assert.equal(fetches, before);
  });
});

test('each answer of the transform service is that of its request, on whatever connection it comes', async () => {
  const request = 'cummingsify.TWO LINES\nTHAT RHYME\n';
  const ask = async (reactor: Reactor): Promise<string[]> => {
    const answers: string[] = [];
    await using connection = await open('tcp:server:10000', { reactor, timeoutMs: 30_000 });
    await connection.write(Buffer.concat([encodeNetstring(request), encodeNetstring('backwards.TWO\nLINES\n')]));
    for await (const answer of connection.netstrings()) {
      answers.push(String(answer));
      if (answers.length === 2) break;
    }
    return answers;
  };
  await simulate({ seeds: FULL ? 100 : 30, profile: 'rough', patienceMs: 7_200_000 }, async (world) => {
    const refused: string[] = [];
    await world.host('server').run(async (reactor) => {
      const factory = new TransformFactory(new TransformService(), (what) => refused.push(what));
      await reactor.listenTCP(10_000, timeoutIdle(factory, { idleTimeoutMs: 60_000 }));
    });
    const readers = ['one', 'two'].map((name) => world.host(name).reactor);
    const persistent = async (reactor: Reactor): Promise<void> => {
      for (let answered = 0; answered < 2; await world.sleep(500)) {
        const answers = await ask(reactor).catch((): string[] => []);
        assert.deepEqual(answers, ['two lines\nthat rhyme\n', 'LINES\nTWO\n'].slice(0, answers.length));
        answered = answers.length;
      }
    };
    await Promise.all(readers.map(persistent));
    assert.deepEqual(refused, []);
  });
});
