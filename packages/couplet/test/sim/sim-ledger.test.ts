import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LedgerConditions, Scenario, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';

/** Plays a scenario in one calm world. */
async function play(scenario: Scenario): Promise<void> {
  await simulate({ seeds: 1, profile: 'calm' }, scenario);
}

const never = new AbortController().signal;

/** What the promise has come to after so long: its value, its error, or `pending`. */
async function after(world: World, ms: number, promise: unknown): Promise<unknown> {
  return Promise.race([
    Promise.resolve(promise).catch((error: unknown) => `failed: ${error}`),
    world.sleep(ms).then(() => 'pending'),
  ]);
}

describe('a simulated ledger', () => {
  test('R42 grants each key as many places as may be, over all hosts, and takes them back', () =>
    play(async (world) => {
      const ledger = world.ledger({ delayMs: 0 });
      const [left, right] = [ledger.of(world.host('left')), ledger.of(world.host('right'))];
      const answers = [left, right, left].map((one) => one.acquire('a', 2, never));
      assert.deepEqual([answers, right.acquire('b', 1, never)], [['granted', 'granted', 'refused'], 'granted']);
      assert.deepEqual([ledger.granted('a'), ledger.granted(), ledger.most('a')], [2, 3, 2]);
      right.release('a');
      assert.deepEqual([left.acquire('a', 2, never), left.acquire('a', 2, never)], ['granted', 'refused']);
      left.release('a');
      left.release('a');
      right.release('b');
      assert.deepEqual([ledger.granted(), ledger.most('a')], [0, 2]);
    }));

  test('R48 answers after a time that is not the same twice', () =>
    play(async (world) => {
      const ledger = world.ledger({ delayMs: 1000 });
      const one = ledger.of(world.host('left'));
      const times: number[] = [];
      for (let count = 0; count < 5; count += 1) {
        const from = world.now;
        assert.equal(await one.acquire('a', 9, never), 'granted');
        times.push(world.now - from);
      }
      assert.ok(times.every((ms) => ms > 0 && ms <= 1000) && new Set(times).size === 5, `${times}`);
      for (const _ of times) one.release('a');
      // Places come back as late as they are granted.
      assert.equal(ledger.granted(), 5);
      await world.until(() => ledger.granted() === 0);
    }));

  for (const [condition, expected] of [
    ['lost', 'pending'],
    ['unknown', 'unknown'],
    ['failed', 'failed: Error: the simulated ledger has failed'],
  ] as const)
    test(`R48 answers '${expected}' where its conditions say ${condition}, until the world is calm`, () =>
      play(async (world) => {
        const conditions: Partial<LedgerConditions> = { [condition]: 1 };
        const ledger = world.ledger(conditions);
        const one = ledger.of(world.host('left'));
        assert.equal(await after(world, 100, one.acquire('a', 1, never)), expected);
        assert.equal(ledger.granted(), 0);
        world.calm();
        assert.equal(await after(world, 100, one.acquire('a', 1, never)), 'granted');
        one.release('a');
      }));

  test('R48 throws instead of an answer at once', () =>
    play(async (world) => {
      const one = world.ledger({ delayMs: 0, failed: 1 }).of(world.host('left'));
      assert.throws(() => one.acquire('a', 1, never), { message: 'the simulated ledger has failed' });
    }));

  test('R48 of a question that is taken back nothing stays', () =>
    play(async (world) => {
      const ledger = world.ledger({ delayMs: 1000 });
      const one = ledger.of(world.host('left'));
      const ends = Array.from({ length: 30 }, async () => {
        const controller = new AbortController();
        const asked = Promise.resolve(one.acquire('a', 99, controller.signal));
        await world.sleep(world.dice.between(0, 1000));
        controller.abort(new Error('gone'));
        // Some clients look at the signal, and some answer all the same.
        const answer = await asked.catch((error: unknown) => error);
        if (answer === 'granted') one.release('a');
        return answer === 'granted';
      });
      const answered = await Promise.all(ends);
      assert.ok(answered.includes(true) && answered.includes(false));
      await world.until(() => ledger.granted() === 0);
    }));

  test('R42 keeps the places of a process that was killed until its lease is over', () =>
    play(async (world) => {
      const ledger = world.ledger({ delayMs: 0, leaseMs: 500 });
      const host = world.host('left');
      await host.run(() => {});
      const one = ledger.of(host);
      one.acquire('a', 1, never);
      host.crash();
      // Code of a process that has ended has no effect.
      one.release('a');
      assert.equal(await after(world, 10, one.acquire('a', 9, never)), 'pending');
      host.restart();
      const next = ledger.of(host);
      assert.equal(next.acquire('a', 1, never), 'refused');
      await world.sleep(489);
      assert.deepEqual([next.acquire('a', 1, never), ledger.granted()], ['refused', 1]);
      await world.sleep(1);
      assert.deepEqual([ledger.granted(), next.acquire('a', 1, never)], [0, 'granted']);
      next.release('a');
    }));

  test('R48 on a host it is as far away as that, and what is asked in a partition is answered late', () =>
    play(async (world) => {
      world.setConditions({ latencyMs: 50 });
      const books = world.host('books');
      const ledger = world.ledger({ delayMs: 0, host: books });
      const left = world.host('left');
      const one = ledger.of(left);
      const from = world.now;
      assert.equal(await one.acquire('a', 1, never), 'granted');
      assert.equal(world.now - from, 100);
      const heal = world.partition(left, books);
      one.release('a');
      const asked = one.acquire('a', 1, never);
      assert.equal(await after(world, 5000, asked), 'pending');
      assert.equal(ledger.granted(), 1);
      heal();
      assert.equal(await after(world, 200, asked), 'granted');
      one.release('a');
    }));

  test('R48 without power its host loses what is asked, and is told of what is released later', () =>
    play(async (world) => {
      const books = world.host('books');
      await books.run(() => {});
      const ledger = world.ledger({ host: books });
      const one = ledger.of(world.host('left'));
      assert.equal(await one.acquire('a', 1, never), 'granted');
      books.losePower();
      one.release('a');
      assert.equal(await after(world, 1000, one.acquire('a', 1, never)), 'pending');
      assert.equal(ledger.granted(), 1);
      books.restart();
      await world.until(() => ledger.granted() === 0);
    }));

  test('R42 a place that is released twice, or still held at the end, is a fault of the world', async () => {
    await assert.rejects(
      play((world) => {
        const one = world.ledger({ delayMs: 0 }).of(world.host('left'));
        one.acquire('a', 1, never);
        one.release('a');
        one.release('a');
      }),
      /left releases a place under a that it was not granted/,
    );
    await assert.rejects(
      play((world) => {
        world.ledger({ delayMs: 0 }).of(world.host('left')).acquire('a', 1, never);
      }),
      /left has ended and still has 1 of ledger 1 under a/,
    );
  });

  test('names a condition that is out of its bounds', () =>
    play((world) => {
      assert.throws(() => world.ledger({ lost: 2 }), {
        name: 'RangeError',
        message: 'lost is 2, not a number from 0 to 1',
      });
      assert.throws(() => world.ledger({ delayMs: -1 }), { name: 'RangeError', message: /^delayMs is -1/ });
      const ledger = world.ledger();
      assert.throws(() => ledger.setConditions({ leaseMs: Number.NaN }), {
        name: 'RangeError',
        message: /^leaseMs is/,
      });
      assert.deepEqual(ledger.conditions, { delayMs: 1, lost: 0, unknown: 0, failed: 0, leaseMs: 1000 });
    }));
});
