import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';

const { COUPLET_DRAIN_RUNS = '2' } = process.env;
/** How often the whole is done. */
const RUNS = Number(COUPLET_DRAIN_RUNS);
const BUSY = 500;
const IDLE = 5;
const PIECES = 20;
const EVERY_MS = 30;
const DRAIN_MS = 3000;

/** Asks, reads, and goes on asking until the server has ended. */
class Asker {
  received = 0;
  error: Error | undefined;
  readonly socket: Socket;
  readonly closed: Promise<unknown>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    const asking = setInterval(() => this.socket.write('and another thing\r\n'), 50);
    const stop = (): void => clearInterval(asking);
    this.socket.on('end', stop).on('close', stop);
    this.socket.on('data', (chunk) => {
      this.received += chunk.length;
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.closed = once(this.socket, 'close').catch(() => {});
  }
}

interface Scene {
  readonly child: Child;
  readonly askers: readonly Asker[];
  readonly idlers: readonly Socket[];
}

/** A server with clients in mid-reply, and some that ask nothing. */
async function busy(drainMs: number, everyMs: number, act: (scene: Scene) => Promise<void>): Promise<void> {
  const child = new Child('drains', [`${PIECES}`, `${everyMs}`, `${drainMs}`]);
  const sockets: Socket[] = [];
  try {
    const port = Number(await child.line(0));
    const idlers = Array.from({ length: IDLE }, () => connect(port, '127.0.0.1'));
    sockets.push(...idlers);
    await Promise.all(idlers.map((socket) => once(socket, 'connect')));
    const askers = Array.from({ length: BUSY }, () => new Asker(port));
    sockets.push(...askers.map(({ socket }) => socket));
    await child.line(BUSY);
    await act({ child, askers, idlers });
  } finally {
    for (const socket of sockets) socket.destroy();
    if (child.alive) child.signal('SIGKILL');
    await child.ended;
  }
}

/** What the server tells of its drain. */
function drainedOf({ lines }: Child): unknown {
  return JSON.parse(lines.find((line) => line.startsWith('{')) ?? '""');
}

describe('a server with busy connections', () => {
  for (let run = 1; run <= RUNS; run += 1) {
    test(`R49 drains at SIGTERM: every reply is whole, run ${run}`, { timeout: 60_000 }, async () => {
      await busy(DRAIN_MS, EVERY_MS, async ({ child, askers, idlers }) => {
        const from = performance.now();
        child.signal('SIGTERM');
        await Promise.all(askers.map(({ closed }) => closed));
        for (const socket of idlers.slice(1)) socket.end();
        assert.deepEqual(await child.ended, { code: 0, signal: null });
        const tookMs = performance.now() - from;
        for (const { received, error } of askers)
          assert.deepEqual([received, error?.message], [PIECES * 1000, undefined]);
        assert.deepEqual(drainedOf(child), { closed: BUSY + IDLE - 1, aborted: 1 });
        assert.ok(tookMs < DRAIN_MS + 1000, `it took ${tookMs} ms`);
        assert.deepEqual([child.lines.at(-1), child.errors], ['stopped', '']);
      });
    });
  }

  test('R49 a second SIGTERM ends it within 200 ms', { timeout: 60_000 }, async (t) => {
    const took: number[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      await busy(60_000, 60_000, async ({ child }) => {
        child.signal('SIGTERM');
        await sleep(300);
        const from = performance.now();
        child.signal('SIGTERM');
        assert.deepEqual(await child.ended, { code: 0, signal: null });
        took.push(performance.now() - from);
        assert.equal(child.lines.at(-1), 'stopped');
      });
    }
    t.diagnostic(`${took.map(Math.round).join(', ')} ms`);
    // What else the machine does makes it longer, and never shorter.
    assert.ok(Math.min(...took) < 200, `it took ${took} ms`);
  });
});
