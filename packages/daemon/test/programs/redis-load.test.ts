import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reactor } from 'couplet';
import { openFleet } from '../../src/fleet/fleet.ts';
import type { WatchedLedger } from '../../src/fleet/watched-ledger.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { Redis } from './redis.ts';

const MAX = 100;
const CLIENTS = 1000;

/** What 1,000 clients saw. */
interface Run {
  /** The most places that were taken at a time. */
  readonly most: number;
  /** How long each place was free that clients waited for, in milliseconds, in order. */
  readonly free: readonly number[];
}

/** Has 1,000 clients take a place each at one of the ledgers, keep it for up to 50 ms, and leave. `fault` happens when 200 have left. */
async function run(ledgers: readonly WatchedLedger[], fault?: () => Promise<void>): Promise<Run> {
  let held = 0;
  let most = 0;
  let waiting = CLIENTS;
  let left = 0;
  let fixed: Promise<void> | undefined;
  const freed: number[] = [];
  const free: number[] = [];
  const client = async (ledger: WatchedLedger): Promise<void> => {
    while ((await ledger.acquire('total', MAX, new AbortController().signal)) !== 'granted')
      await pause(5 + reactor.random() * 20);
    waiting -= 1;
    held += 1;
    most = Math.max(most, held);
    const since = freed.shift();
    if (since !== undefined) free.push(reactor.now() - since);
    await pause(reactor.random() * 50);
    held -= 1;
    left += 1;
    if (waiting > MAX) freed.push(reactor.now());
    ledger.release('total');
    if (left === 200) fixed = fault?.();
  };
  const clients: Promise<void>[] = [];
  for (let at = 0; at < CLIENTS; at += 1) {
    const ledger = ledgers[at % ledgers.length];
    assert.ok(ledger !== undefined);
    clients.push(client(ledger));
  }
  await Promise.all(clients);
  await fixed;
  return { most, free: free.sort((a, b) => a - b) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    reactor.callLater(ms, resolve);
  });
}

describe('four processes, 1,000 clients and 100 places on Redis', { timeout: 120_000 }, () => {
  test('R-D28, R-D29 never 101, also while Redis is frozen; bounded when it dies or forgets; ends at 0', async () => {
    const redis = new Redis();
    await redis.start();
    const fleets = await Promise.all(
      Array.from({ length: 4 }, () =>
        openFleet({ name: 'load', url: redis.url, clock: reactor, log: new RecordingLog() }),
      ),
    );
    const ledgers = fleets.flatMap(({ fleet }) => fleet ?? []);
    const allUp = async (): Promise<void> => {
      while (ledgers.some(({ up }) => !up)) await pause(10);
    };
    try {
      const calm = await run(ledgers);
      assert.equal(calm.most, MAX);
      const late = calm.free.filter((ms) => ms >= 100).length;
      assert.ok(late <= calm.free.length / 100, `${late} of ${calm.free.length} places were free for 100 ms`);

      const frozen = await run(ledgers, async () => {
        redis.freeze();
        await pause(1500);
        redis.thaw();
      });
      assert.ok(frozen.most <= MAX, `${frozen.most} while it was frozen`);
      await allUp();

      // Each process takes what the others hold for free until they have written their counts.
      const killed = await run(ledgers, async () => {
        await redis.kill();
        await redis.start();
      });
      assert.ok(killed.most <= 2 * MAX, `${killed.most} when it died`);
      await allUp();
      const emptied = await run(ledgers, async () => {
        await redis.command('FLUSHALL');
      });
      assert.ok(emptied.most <= 2 * MAX, `${emptied.most} when it was emptied`);

      // All have written their counts: it is as before.
      await pause(2500);
      assert.equal((await run(ledgers)).most, MAX);
      for (let left: unknown = [0]; Array.isArray(left) && left.length > 0; await pause(10))
        left = await redis.command('KEYS', '*:k:*');
    } finally {
      await Promise.all(fleets.map((fleet) => fleet.close()));
      await redis.end();
    }
  });
});
