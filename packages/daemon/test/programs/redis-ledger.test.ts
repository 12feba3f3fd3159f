import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reactor } from 'couplet';
import type { Answer, Ledger } from 'couplet/policies';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openFleet } from '../../src/fleet/fleet.ts';
import type { WatchedLedger } from '../../src/fleet/watched-ledger.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { Redis } from './redis.ts';

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

  static async open(redis: Redis): Promise<Node> {
    const log = new RecordingLog();
    return new Node(await openFleet({ name: 'test', url: redis.url, clock: reactor, log }), log);
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

test('two processes share the places of a key, and give them back', async () => {
  await withNodes(2, async (redis, one, two) => {
    assert.equal(await one.take(3), 3);
    assert.equal(await two.take(4), 2);
    assert.equal(await one.ask(), 'refused');
    two.release();
    assert.ok((await until('granted', one)) < 100);
    one.release(4);
    two.release();
    await until('granted', one, 'other');
    one.release(1, 'other');
    await pause(50);
    assert.deepEqual(await redis.command('KEYS', '*k:*'), []);
    assert.deepEqual({ ...two.ledger.decisions }, { granted: 2, refused: 2, unknown: 0 });
  });
});
