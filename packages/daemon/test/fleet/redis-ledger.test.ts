import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { FULL } from 'couplet-test/full';
import fc from 'fast-check';
import { RedisLedger } from '../../src/fleet/redis-ledger.ts';
import { RedisNode } from '../../src/fleet/redis-node.ts';
import { ModelRedis } from './model-redis.ts';
import { RecordingLog } from './recording-log.ts';
import { pass } from './turns.ts';

const MAX = 5;

/** A process of a fleet, and how many places its connections have. */
class Member {
  readonly node: RedisNode;
  readonly ledger: RedisLedger;
  readonly log: RecordingLog = new RecordingLog();
  readonly held: Map<string, number> = new Map();

  constructor(redis: ModelRedis, name: string) {
    this.node = new RedisNode({
      node: name,
      connect: redis.connect,
      clock: redis.clock,
      log: this.log,
      changed: () => this.ledger.changed(),
    });
    this.ledger = new RedisLedger(this.node, 'k:', redis.clock);
  }

  ask(key: string, granted: () => void = () => {}): AbortController {
    const controller = new AbortController();
    void Promise.resolve(this.ledger.acquire(key, MAX, controller.signal)).then((answer) => {
      if (answer !== 'granted') return;
      this.held.set(key, (this.held.get(key) ?? 0) + 1);
      granted();
    });
    return controller;
  }

  release(key: string): void {
    const held = this.held.get(key) ?? 0;
    if (held === 0) return;
    this.held.set(key, held - 1);
    this.ledger.release(key);
  }
}

/** What happens to Redis besides delays. */
type Fault = 'cut' | 'freeze' | 'empty' | 'kill';

/**
 * Lets three processes take and give back at random under faults, then ends the faults, and checks what is left. Returns the most places
 * of a key that there were at a time.
 */
async function play(seed: number, faults: readonly Fault[]): Promise<number> {
  const clock = new Clock();
  const dice = new Clock({ seed });
  const random = (): number => dice.random();
  const redis = new ModelRedis(clock);
  redis.delay = () => (random() < 0.02 ? 70 : random() * 8);
  const members = ['one', 'two', 'three'].map((name) => new Member(redis, name));
  for (const { node } of members) void node.open();
  await pass(clock, 400);
  const totalOf = (key: string): number => members.reduce((sum, { held }) => sum + (held.get(key) ?? 0), 0);
  let most = 0;
  for (let step = 0; step < 200; step += 1) {
    const member = members[Math.floor(random() * members.length)];
    const key = random() < 0.7 ? 'a' : 'b';
    const what = random();
    if (what < 0.55) {
      for (let times = random() * 4; times > 0; times -= 1) {
        const asked = member?.ask(key, () => {
          most = Math.max(most, totalOf(key));
        });
        if (random() < 0.1) asked?.abort();
      }
    } else if (what < 0.95) member?.release(key);
    else {
      const fault = faults[Math.floor(random() * faults.length)];
      if (fault === 'cut') redis.cut(() => random() < 0.5);
      if (fault === 'empty') redis.empty();
      if (fault === 'freeze') {
        redis.freeze();
        clock.callLater(random() * 3000, () => redis.thaw());
      }
      if (fault === 'kill') {
        redis.kill();
        clock.callLater(random() * 3000, () => redis.start());
      }
    }
    await pass(clock, Math.ceil(random() * (random() < 0.1 ? 600 : 8)), 1);
  }
  redis.delay = () => 1;
  await pass(clock, 12_000, 20);
  for (const key of ['a', 'b']) assert.equal(redis.total(`k:${key}`), totalOf(key), `${key} in Redis`);
  for (const member of members) for (const key of ['a', 'b']) for (let at = 0; at < 50; at += 1) member.release(key);
  await pass(clock, 200, 5);
  for (const key of ['a', 'b']) assert.equal(redis.total(`k:${key}`), 0, `${key} at the end`);
  for (const { ledger } of members) assert.equal(ledger.size, 0);
  await Promise.all(members.map(async ({ node }) => node.close()).concat([pass(clock, 100)]));
  await pass(clock, 2000, 50);
  assert.equal(clock.getDelayedCalls().length, 0, 'timers are left');
  return most;
}

describe('the ledger on a model of Redis', () => {
  test('a process that joins anew keeps its places meanwhile', async () => {
    const clock = new Clock();
    const redis = new ModelRedis(clock);
    redis.delay = () => 5;
    const [one, two] = [new Member(redis, 'one'), new Member(redis, 'two')];
    void one.node.open();
    await pass(clock, 50);
    redis.cut();
    void two.node.open();
    for (let at = 0; at < MAX; at += 1) one.ask('a');
    await pass(clock, 500);
    assert.equal(one.held.size, 0);
    await pass(clock, 1000);
    for (let at = 0; at < MAX; at += 1) one.ask('a');
    await pass(clock, 20);
    assert.equal(one.held.get('a'), MAX);
    let first = true;
    redis.cut(() => {
      // The connection of the second one is the older one now.
      first = !first;
      return first;
    });
    await pass(clock, 20);
    assert.deepEqual([one.node.up, two.node.up], [false, true]);
    for (let at = 0; at < 1500; at += 1) {
      two.ask('a');
      await pass(clock, 1);
    }
    assert.deepEqual([one.node.up, two.node.up], [true, true]);
    assert.equal(two.held.get('a'), undefined);
    assert.ok(two.ledger.decisions.refused > 100);
    await Promise.all([one.node.close(), two.node.close(), pass(clock, 100)]);
  });

  test('a place that is given back at any moment while a process joins anew is given back', async () => {
    for (let moment = 0; moment < 60; moment += 1) {
      const clock = new Clock();
      const redis = new ModelRedis(clock);
      redis.delay = () => 5;
      const one = new Member(redis, 'one');
      void one.node.open();
      await pass(clock, 50);
      one.ask('a');
      await pass(clock, 20);
      redis.cut();
      await pass(clock, 980 + moment);
      one.release('a');
      await pass(clock, 200);
      assert.equal(redis.total('k:a'), 0, `after ${moment} ms`);
      assert.equal(one.ledger.size, 0);
      await Promise.all([one.node.close(), pass(clock, 20)]);
    }
  });

  test('everything is written anew each minute', async () => {
    const clock = new Clock();
    const redis = new ModelRedis(clock);
    const one = new Member(redis, 'one');
    void one.node.open();
    await pass(clock, 10);
    one.ask('a');
    await pass(clock, 10);
    redis.hash('k:a').clear();
    await pass(clock, 59_000, 20);
    assert.equal(redis.total('k:a'), 0);
    await pass(clock, 3000, 20);
    assert.equal(redis.total('k:a'), 1);
    await Promise.all([one.node.close(), pass(clock, 100)]);
  });

  test('memory is held only for what is there, while Redis is away too', async () => {
    const clock = new Clock();
    const redis = new ModelRedis(clock);
    const one = new Member(redis, 'one');
    void one.node.open();
    await pass(clock, 10);
    for (let at = 0; at < 100; at += 1) one.ask(`key ${at}`);
    await pass(clock, 10);
    assert.equal(one.ledger.size, 100);
    redis.kill();
    for (let at = 0; at < 100; at += 1) one.release(`key ${at}`);
    for (let at = 0; at < 1000; at += 1) one.ask(`other ${at}`);
    await pass(clock, 5000, 20);
    assert.equal(one.ledger.size, 0);
    assert.equal(one.ledger.decisions.unknown, 1000);
    await Promise.all([one.node.close(), pass(clock, 100)]);
  });

  test('never exceeds the limit while answers are late, connections are cut and it freezes, and the counts agree after', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const places = await play(seed, ['cut', 'cut', 'cut', 'freeze']);
        assert.ok(places <= MAX, `${places} places`);
        most = Math.max(most, places);
      }),
      { numRuns: FULL ? 25 : 6, endOnFailure: true },
    );
    assert.equal(most, MAX);
  });

  test('the counts agree after it was emptied or killed too, and end at 0', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        await play(seed, ['cut', 'freeze', 'empty', 'kill']);
      }),
      { numRuns: FULL ? 15 : 4, endOnFailure: true },
    );
  });
});
