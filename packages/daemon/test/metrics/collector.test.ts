import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { Collector } from '../../src/metrics/collector.ts';
import type { ProcessCounters } from '../../src/metrics/counters.ts';
import { processWith } from './process.ts';

/** A collector, with what each worker was asked. */
function scene() {
  const clock = new Clock();
  const asked: { worker: string; answer: (counters: ProcessCounters) => void; die: (error: Error) => void }[] = [];
  const taken: string[] = [];
  const collector = new Collector<string>({
    clock,
    ask: (worker) =>
      new Promise((answer, die) => {
        asked.push({ worker, answer, die });
      }),
    take: (worker) => taken.push(worker),
  });
  return { clock, asked, taken, collector };
}

describe('a collector', () => {
  test('asks all at once, and is done with the last answer', async () => {
    const { clock, asked, taken, collector } = scene();
    const silent = collector.collect(['1', '2']);
    for (const { answer } of asked) answer(processWith([]));
    assert.equal(await silent, 0);
    assert.deepEqual(taken, ['1', '2']);
    assert.deepEqual(clock.getDelayedCalls(), []);
  });

  test('R-D27 a hung worker costs a second at each scrape, is asked once, and its late answer is taken', async () => {
    const { clock, asked, taken, collector } = scene();
    for (let scrape = 1; scrape <= 3; scrape += 1) {
      const silent = collector.collect(['hung', 'well']);
      asked.at(-1)?.answer(processWith([]));
      clock.advance(999);
      let done = false;
      void silent.then(() => {
        done = true;
      });
      await new Promise(setImmediate);
      assert.equal(done, false);
      clock.advance(1);
      assert.equal(await silent, 1);
    }
    assert.equal(asked.filter(({ worker }) => worker === 'hung').length, 1);
    asked.find(({ worker }) => worker === 'hung')?.answer(processWith([]));
    await new Promise(setImmediate);
    assert.equal(taken.at(-1), 'hung');
    const silent = collector.collect(['hung']);
    asked.at(-1)?.answer(processWith([]));
    assert.equal(await silent, 0);
  });

  test('a worker that has ended is not waited for, and not silent', async () => {
    const { asked, taken, collector } = scene();
    const silent = collector.collect(['1', '2']);
    asked[0]?.die(new Error('it has ended'));
    asked[1]?.answer(processWith([]));
    assert.equal(await silent, 0);
    assert.deepEqual(taken, ['2']);
  });
});
