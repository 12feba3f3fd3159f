import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reactor } from 'couplet';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openFleet } from '../../src/fleet/fleet.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { Redis } from './redis.ts';

interface Process {
  readonly fleet: Fleet;
  readonly log: RecordingLog;
}

/** Runs with a Redis and two processes of a fleet, and ends all. */
async function withTwo(body: (redis: Redis, one: Process, two: Process) => Promise<void>): Promise<void> {
  const redis = new Redis();
  await redis.start();
  const open = async (): Promise<Process> => {
    const log = new RecordingLog();
    return { fleet: await openFleet({ name: 'test', url: redis.url, clock: reactor, log }), log };
  };
  const [one, two] = [await open(), await open()];
  try {
    await body(redis, one, two);
  } finally {
    await Promise.all([one.fleet.close(), two.fleet.close()]);
    await redis.end();
  }
}

/** What a subscriber heard, and a wait for the next. */
class Listener {
  readonly heard: string[] = [];
  #waiting: (() => void)[] = [];

  message(bytes: Uint8Array): void {
    this.#add(Buffer.from(bytes).toString('latin1'));
  }

  interrupted(): void {
    this.#add('(interrupted)');
  }

  /** Resolves once it has heard so much. */
  async count(count: number): Promise<void> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #add(what: string): void {
    this.heard.push(what);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Publishes until the subscriber hears it: a subscription takes a moment. */
async function reach(publisher: Fleet, topic: string, listener: Listener): Promise<void> {
  const before = listener.heard.length;
  while (listener.heard.length === before) {
    publisher.bus.publish(topic, 'first');
    await pause(10);
  }
  await pause(30);
  listener.heard.length = 0;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    reactor.callLater(ms, resolve);
  });
}

describe('the bus on Redis', { timeout: 60_000 }, () => {
  test('carries every byte to the subscribers of a topic in all processes, in order', async () => {
    await withTwo(async (_, { fleet: one }, { fleet: two }) => {
      const [first, second] = [new Listener(), new Listener()];
      one.bus.subscribe('t', first);
      const subscription = two.bus.subscribe('t', second);
      await reach(one, 't', second);
      await reach(one, 't', first);
      first.heard.length = 0;
      second.heard.length = 0;
      const all = Uint8Array.from({ length: 256 }, (_unused, at) => at);
      one.bus.publish('t', all);
      for (let at = 0; at < 100; at += 1) one.bus.publish('t', `${at}`);
      one.bus.publish('t', new Uint8Array(65_536));
      await Promise.all([first.count(102), second.count(102)]);
      assert.deepEqual(first.heard, second.heard);
      assert.equal(first.heard[0], Buffer.from(all).toString('latin1'));
      assert.deepEqual(
        first.heard.slice(1, 101),
        Array.from({ length: 100 }, (_unused, at) => `${at}`),
      );
      assert.equal(first.heard[101]?.length, 65_536);
      subscription.end();
      two.bus.publish('t', 'last');
      await first.count(103);
      assert.equal(second.heard.length, 102);
    });
  });

  test('while Redis is away it drops and counts, and tells the subscribers when it is back', async () => {
    await withTwo(async (redis, one, two) => {
      const listener = new Listener();
      two.fleet.bus.subscribe('t', listener);
      await reach(one.fleet, 't', listener);
      await redis.kill();
      await one.log.said('bus.down');
      one.fleet.bus.publish('t', 'lost');
      assert.equal(one.fleet.bus.dropped, 1);
      const later = new Listener();
      two.fleet.bus.subscribe('later', later);
      await redis.start();
      await Promise.all([one.log.said('bus.up'), two.log.said('bus.up')]);
      assert.deepEqual([listener.heard, later.heard], [['(interrupted)'], ['(interrupted)']]);
      await reach(one.fleet, 't', listener);
      await reach(one.fleet, 'later', later);
      assert.deepEqual(
        one.log.events.filter((event) => String(event).startsWith('bus.')),
        ['bus.down', 'bus.up'],
      );
    });
  });

  test('while Redis is frozen a publisher does not wait, keeps at most 8 MiB, and the connection is given up', async () => {
    await withTwo(async (redis, one) => {
      redis.freeze();
      const message = new Uint8Array(65_536);
      const begun = reactor.now();
      for (let at = 0; at < 1000; at += 1) one.fleet.bus.publish('t', message);
      assert.ok(reactor.now() - begun < 5000);
      assert.equal(one.fleet.bus.dropped, 1000 - 127);
      await one.log.said('bus.down');
      assert.equal(one.fleet.bus.dropped, 1000);
      redis.thaw();
      await one.log.said('bus.up');
      const listener = new Listener();
      one.fleet.bus.subscribe('u', listener);
      await reach(one.fleet, 'u', listener);
    });
  });
});

describe('presence on Redis', { timeout: 60_000 }, () => {
  /** The payloads that a process sees, in alphabetical order, once they are so many. */
  async function seen({ fleet }: Process, count: number): Promise<string[]> {
    for (;;) {
      const present = await fleet.presence.list('room').catch(() => []);
      if (present.length === count) return present.map(({ payload }) => payload).sort();
      await pause(10);
    }
  }

  test('each process sees those of all; they leave by themselves, or with their process', async () => {
    await withTwo(async (_, one, two) => {
      const ann = one.fleet.presence.join('room', 'ann');
      one.fleet.presence.join('room', '');
      two.fleet.presence.join('room', 'bob');
      assert.deepEqual(await seen(one, 3), ['', 'ann', 'bob']);
      assert.deepEqual(await seen(two, 3), ['', 'ann', 'bob']);
      const nodes = new Set((await one.fleet.presence.list('room')).map(({ node }) => node));
      assert.equal(nodes.size, 2);
      ann.leave();
      assert.deepEqual(await seen(two, 2), ['', 'bob']);
      await one.fleet.close();
      assert.deepEqual(await seen(two, 1), ['bob']);
    });
  });

  test('a Redis that was emptied or died knows all again, once each', async () => {
    await withTwo(async (redis, one, two) => {
      one.fleet.presence.join('room', 'ann');
      two.fleet.presence.join('room', 'bob');
      await seen(one, 2);
      await redis.command('FLUSHALL');
      assert.deepEqual(await seen(one, 2), ['ann', 'bob']);
      await redis.kill();
      await one.log.said('ledger.down');
      await assert.rejects(one.fleet.presence.list('room'), /the fleet's database is away/);
      one.fleet.presence.join('room', 'eve');
      await redis.start();
      assert.deepEqual(await seen(two, 3), ['ann', 'bob', 'eve']);
      assert.deepEqual(await seen(one, 3), ['ann', 'bob', 'eve']);
    });
  });

  test('fields of processes that are gone do not pile up', async () => {
    await withTwo(async (redis, one) => {
      for (let at = 0; at < 50; at += 1) await redis.command('HSET', 'couplet:{test}:p:room', `dead.${at}/1`, '=x');
      for (let at = 0; at < 400; at += 1) {
        one.fleet.presence.join('room', 'x').leave();
        await pause(1);
      }
      one.fleet.presence.join('room', 'ann');
      assert.deepEqual(await seen(one, 1), ['ann']);
      const left = Number(await redis.command('HLEN', 'couplet:{test}:p:room'));
      assert.ok(left < 10, `${left} fields`);
    });
  });
});
