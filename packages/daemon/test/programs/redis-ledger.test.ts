import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Clock } from 'couplet';
import { reactor } from 'couplet';
import type { Answer, Ledger } from 'couplet/policies';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openFleet } from '../../src/fleet/fleet.ts';
import { RedisLedger } from '../../src/fleet/redis-ledger.ts';
import type { WatchedLedger } from '../../src/fleet/watched-ledger.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { endWithTest, Redis } from './redis.ts';

/** One process of a fleet. */
class Node {
  readonly log: RecordingLog;
  readonly ledger: WatchedLedger;
  readonly #fleet: Fleet;

  private constructor(fleet: Fleet, log: RecordingLog) {
    this.#fleet = fleet;
    this.log = log;
    assert.ok(fleet.fleet !== undefined);
    this.ledger = fleet.fleet;
  }

  static async open(redis: Redis, url: string = redis.url, clock: Clock = reactor): Promise<Node> {
    const log = new RecordingLog();
    const node = new Node(await openFleet({ name: 'test', url, clock, log }), log);
    // The first questions of a process take longer.
    if (node.ledger.up) {
      await until('granted', node, 'first');
      node.release(1, 'first');
    }
    return node;
  }

  /** What the log says of the ledger. */
  get ledgerEvents(): unknown[] {
    return this.log.events.filter((event) => String(event).startsWith('ledger.'));
  }

  /** How many keys it has something for. */
  get size(): number {
    assert.ok(this.ledger instanceof RedisLedger);
    return this.ledger.size;
  }

  /** The counts of a key in Redis. */
  async held(redis: Redis, key: string): Promise<string[]> {
    const counts = await redis.command('HVALS', `couplet:{test}:k:${key}`);
    assert.ok(Array.isArray(counts));
    return counts.map(String);
  }

  async ask(key = 'k', max = 5): Promise<Answer> {
    return ask(this.ledger, key, max);
  }

  /** Asks for many places at once; returns how many were granted. */
  async take(count: number, key = 'k', max = 5): Promise<number> {
    const answers = await Promise.all(Array.from({ length: count }, () => this.ask(key, max)));
    return answers.filter((answer) => answer === 'granted').length;
  }

  release(count = 1, key = 'k'): void {
    for (let at = 0; at < count; at += 1) this.ledger.release(key);
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }
}

async function ask(ledger: Ledger, key: string, max: number): Promise<Answer> {
  return ledger.acquire(key, max, new AbortController().signal);
}

/** A process of its own that takes places, and keeps them. */
class Holder {
  readonly holds: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor(redis: Redis, count: number) {
    const child = spawn(
      process.execPath,
      ['--conditions=couplet-source', join(import.meta.dirname, 'holder.ts'), redis.url, String(count)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#child = child;
    this.holds = once(child.stdout, 'data');
    endWithTest(child);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Resolves when Redis has no count any more. */
async function gone(redis: Redis): Promise<void> {
  for (let left: unknown = []; ; await pause(10)) {
    left = await redis.command('KEYS', '*:k:*');
    if (Array.isArray(left) && left.length === 0) return;
  }
}

/** Runs with a Redis and nodes, and ends all. */
async function withNodes(count: number, body: (redis: Redis, ...nodes: Node[]) => Promise<void>): Promise<void> {
  const redis = new Redis();
  await redis.start();
  const nodes: Node[] = [];
  try {
    for (let at = 0; at < count; at += 1) nodes.push(await Node.open(redis));
    await body(redis, ...nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.end();
  }
}

/** Asks until the answer is that one, at most for so many milliseconds; returns how long it took. */
async function until(expected: Answer, node: Node, key = 'k', max = 5, mostMs = 20_000): Promise<number> {
  const begun = reactor.now();
  for (;;) {
    const answer = await node.ask(key, max);
    const took = reactor.now() - begun;
    if (answer === expected) return took;
    if (answer === 'granted') node.release(1, key);
    assert.ok(took < mostMs, `still ${answer} after ${mostMs} ms`);
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    reactor.callLater(ms, resolve);
  });
}

describe('the ledger on Redis', { timeout: 120_000 }, () => {
  test('two processes share the places of a key, and give them back', async () => {
    await withNodes(2, async (redis, one, two) => {
      assert.equal(await one.take(3), 3);
      assert.equal(await two.take(4), 2);
      assert.equal(await one.ask(), 'refused');
      two.release();
      assert.ok((await until('granted', one)) < 2000);
      one.release(4);
      two.release();
      await gone(redis);
      assert.equal(two.size, 0);
    });
  });

  test('each question counts with its own limit', async () => {
    await withNodes(1, async (_, node) => {
      const before = { ...node.ledger.decisions };
      const answers = await Promise.all([node.ask('k', 1), node.ask('k', 1), node.ask('k', 3), node.ask('k', 2)]);
      assert.deepEqual(answers, ['granted', 'refused', 'granted', 'refused']);
      const { granted, refused } = node.ledger.decisions;
      assert.deepEqual([granted - before.granted, refused - before.refused], [2, 2]);
    });
  });

  test('who closes gives back its places at once', async () => {
    await withNodes(1, async (redis, one) => {
      const two = await Node.open(redis);
      assert.equal(await two.take(5), 5);
      await two.close();
      assert.equal(await two.ask(), 'unknown');
      assert.equal(await one.take(6), 5);
    });
  });

  test('while Redis is away at the start the answer is unknown at once; one line when it is, one when it is back', async () => {
    const redis = new Redis();
    const node = await Node.open(redis);
    try {
      const begun = reactor.now();
      for (let at = 0; at < 100; at += 1) assert.equal(await node.ask(), 'unknown');
      assert.ok(reactor.now() - begun < 1000);
      await redis.start();
      await node.log.said('ledger.up');
      assert.equal(await node.ask(), 'granted');
      assert.deepEqual(node.ledgerEvents, ['ledger.down', 'ledger.up']);
      assert.match(String(node.log.lines[0]?.reason), /ENOENT|ECONNREFUSED/);
    } finally {
      await node.close();
      await redis.end();
    }
  });

  test('while Redis is frozen a question waits a second, and after five none waits; the counts are right when it is back', async () => {
    await withNodes(2, async (redis, one, two) => {
      assert.equal(await one.take(2), 2);
      redis.freeze();
      const asked = reactor.now();
      assert.deepEqual(new Set(await Promise.all([1, 2, 3, 4, 5].map(() => one.ask()))), new Set(['unknown']));
      const took = reactor.now() - asked;
      assert.ok(took > 500 && took < 10_000, `${took} ms`);
      assert.equal(one.ledger.up, false);
      const begun = reactor.now();
      for (let at = 0; at < 1000; at += 1) assert.equal(await one.ask(), 'unknown');
      assert.ok(reactor.now() - begun < 1000);
      // One place is given back meanwhile, and attempts to connect are in the queue of Redis.
      one.release();
      await pause(2500);
      redis.thaw();
      await one.log.said('ledger.up');
      assert.deepEqual(one.ledgerEvents, ['ledger.down', 'ledger.up']);
      await until('granted', two);
      assert.equal(await two.take(5), 3);
      assert.equal(await one.ask(), 'refused');
      one.release();
      two.release(4);
      await gone(redis);
    });
  });

  test('without any question it is noticed within 4 s that Redis is frozen', async () => {
    await withNodes(1, async (redis, node) => {
      redis.freeze();
      const begun = reactor.now();
      const line = await node.log.said('ledger.down');
      assert.ok(reactor.now() - begun < 20_000);
      assert.match(String(line.reason), /no answer within 1000 ms/);
      redis.thaw();
      await node.log.said('ledger.up');
    });
  });

  test('a place that is granted too late is given back', async () => {
    await withNodes(2, async (redis, one, two) => {
      redis.freeze();
      const asked = [one.ask(), one.ask()];
      assert.deepEqual(await Promise.all(asked), ['unknown', 'unknown']);
      redis.thaw();
      // It may be so late that Redis has answered to none of five.
      await until('granted', two, 'k', 1);
      two.release();
      await gone(redis);
      assert.deepEqual(one.ledgerEvents, []);
    });
  });

  test('a question that is given up gives its place back', async () => {
    await withNodes(1, async (redis, node) => {
      const before = node.ledger.decisions.unknown;
      const controller = new AbortController();
      const answer = node.ledger.acquire('k', 1, controller.signal);
      controller.abort();
      assert.equal(await answer, 'unknown');
      await until('granted', node, 'k', 1);
      node.release();
      await gone(redis);
      assert.equal(node.ledger.decisions.unknown, before);
    });
  });

  test('a Redis that dies and starts empty gets all counts again', async () => {
    await withNodes(2, async (redis, one, two) => {
      assert.equal(await one.take(3), 3);
      assert.equal(await one.take(2, 'other', 2), 2);
      await redis.kill();
      await one.log.said('ledger.down');
      assert.equal(await one.ask(), 'unknown');
      one.release();
      await redis.start();
      await Promise.all([one.log.said('ledger.up'), two.log.said('ledger.up')]);
      assert.equal(await two.take(5), 3);
      assert.equal(await two.ask('other', 2), 'refused');
      assert.deepEqual(
        [...one.ledgerEvents, ...two.ledgerEvents],
        ['ledger.down', 'ledger.up', 'ledger.down', 'ledger.up'],
      );
    });
  });

  test('a Redis that is emptied is told all counts with the next question, or within 2 s', async () => {
    await withNodes(2, async (redis, one, two) => {
      assert.equal(await one.take(3), 3);
      assert.equal(await two.take(1, 'other'), 1);
      await redis.command('FLUSHALL');
      assert.equal(await one.ask(), 'granted');
      assert.equal(await two.take(5), 1);
      await redis.command('FLUSHALL');
      const begun = reactor.now();
      while ((await one.held(redis, 'k')).length < 2) await pause(20);
      assert.ok(reactor.now() - begun < 12_500);
      assert.deepEqual((await one.held(redis, 'k')).sort(), ['1', '4']);
      assert.deepEqual(await one.held(redis, 'other'), ['1']);
      assert.deepEqual([...one.ledgerEvents, ...two.ledgerEvents], []);
    });
  });

  test('a Redis that may not be written to is away', async () => {
    await withNodes(1, async (redis, node) => {
      assert.equal(await node.ask(), 'granted');
      await redis.command('REPLICAOF', '127.0.0.1', '1');
      assert.equal(await node.ask('other'), 'unknown');
      assert.equal(await node.take(10, 'other', 10), 0);
      const line = await node.log.said('ledger.down');
      assert.match(String(line.reason), /READONLY/);
      await pause(1500);
      assert.equal(node.ledger.up, false);
      await redis.command('REPLICAOF', 'NO', 'ONE');
      await node.log.said('ledger.up');
      assert.equal(await node.take(5), 4);
      assert.deepEqual(node.ledgerEvents, ['ledger.down', 'ledger.up']);
    });
  });

  test('a Redis that wants a password is away until it is right', async () => {
    const redis = new Redis('--requirepass', 'secret');
    await redis.start();
    const node = await Node.open(redis);
    const knowing = await Node.open(redis, `unix://:secret@${redis.path}`);
    try {
      assert.equal(await node.ask(), 'unknown');
      assert.equal(await knowing.ask(), 'granted');
      assert.match(String(node.log.lines[0]?.reason), /NOAUTH/);
      assert.doesNotMatch(JSON.stringify(node.log.lines), /secret/);
    } finally {
      await Promise.all([node.close(), knowing.close()]);
      await redis.end();
    }
  });

  test('a Redis that forgets its scripts is sent them again', async () => {
    await withNodes(1, async (redis, node) => {
      assert.equal(await node.ask(), 'granted');
      const before = node.ledger.decisions.unknown;
      await redis.command('SCRIPT', 'FLUSH');
      assert.equal(await node.take(10), 4);
      assert.equal(node.ledger.decisions.unknown, before);
    });
  });

  test('the time of day of a process does not count', async () => {
    const redis = new Redis();
    await redis.start();
    const clock: Clock = {
      now: () => reactor.now(),
      random: () => reactor.random(),
      callLater: (ms, call, ...args) => reactor.callLater(ms, call, ...args),
      sleep: (ms, options) => reactor.sleep(ms, options),
      callEvery: (ms, call, options) => reactor.callEvery(ms, call, options),
      wallClock: () => assert.fail('it asked for the time of day'),
    };
    const node = await Node.open(redis, redis.url, clock);
    try {
      assert.equal(await node.take(6), 5);
      node.release(5);
      await gone(redis);
    } finally {
      await node.close();
      await redis.end();
    }
  });

  test('what a process that is stopped or killed holds ends with its lease; one that goes on takes back what it has', async () => {
    await withNodes(1, async (redis, node) => {
      const other = new Holder(redis, 3);
      await other.holds;
      assert.equal(await node.take(5), 2);
      other.signal('SIGSTOP');
      const freed = await until('granted', node);
      assert.ok(freed > 7000 && freed < 25_000, `${freed} ms`);
      assert.equal(await node.take(5), 2);
      other.signal('SIGCONT');
      // Both together have more than the limit, which is stated, and nothing is thrown out.
      while ((await node.held(redis, 'k')).length < 2) await pause(20);
      assert.deepEqual((await node.held(redis, 'k')).sort(), ['3', '5']);
      node.release(3);
      assert.equal(await node.ask(), 'refused');
      other.signal('SIGKILL');
      await until('granted', node);
    });
  });
});
