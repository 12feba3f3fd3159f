import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import { ask } from '../real/client.ts';
import type { Daemon, DaemonOptions } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { talk } from '../real/talk.ts';
import { NOT_ROOT } from '../run.ts';
import { Program } from './program.ts';

/** A daemon that is watched by its metrics, since its log goes elsewhere. */
class Watched {
  readonly stage: Stage;
  #daemon: Daemon | undefined;
  #port = 0;
  #metrics = 0;

  constructor(t: TestContext) {
    this.stage = new Stage(t);
  }

  async start(words: readonly string[], options: Pick<DaemonOptions, 'launcher'> = {}): Promise<void> {
    this.#port = await freePort('127.0.0.1');
    this.#metrics = await freePort('127.0.0.1');
    this.stage.write('app.js', talk({ endpoint: `tcp:${this.#port}:interface=127.0.0.1` }));
    const all = ['--workers', '2', '--metrics', String(this.#metrics), '--log-queue', '64K', ...words];
    const daemon = this.stage.run(all, options);
    this.#daemon = daemon;
    let over = false;
    void daemon.ended.then(() => {
      over = true;
    });
    while ((await fetch(`http://127.0.0.1:${this.#metrics}/readyz`).catch(() => undefined))?.status !== 200)
      assert.ok(!over, daemon.errors);
  }

  /** Has a connection served, and returns how long that took, in milliseconds. */
  async serve(): Promise<number> {
    const since = performance.now();
    assert.match(await ask(this.#port, 'who'), /^\d+ one$/);
    return performance.now() - since;
  }

  /** Serves until lines of the log are dropped. Returns how many. */
  async overflow(): Promise<number> {
    const before = await this.dropped();
    let now = before;
    for (; now === before; now = await this.dropped()) for (let at = 0; at < 100; at += 1) await this.serve();
    return now;
  }

  async dropped(): Promise<number> {
    const page = await (await fetch(`http://127.0.0.1:${this.#metrics}/metrics`)).text();
    return Number(/^couplet_log_dropped_lines_total (\d+)$/m.exec(page)?.[1]);
  }

  /** Has it end. Resolves to how long that took, in milliseconds. */
  async end(): Promise<number> {
    const since = performance.now();
    this.#daemon?.signal('SIGTERM');
    assert.equal((await this.#daemon?.ended)?.status, 0);
    return performance.now() - since;
  }
}

function percentile(all: readonly number[], part: number): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length * part)] ?? 0;
}

describe('a log that cannot be written', { timeout: 60_000 }, () => {
  test('R-D22 on a full pipe that is not read: it serves as fast, drops are counted and told, and it ends', async (t) => {
    const [full, read] = [new Watched(t), new Watched(t)];
    const unread = ['/bin/bash', '-c', 'mkfifo pipe; exec 9<>pipe; exec "$@" >pipe', 'bash'];
    await Promise.all([full.start([], { launcher: unread }), read.start([])]);
    await full.overflow();
    const times: Record<'full' | 'read', number[]> = { full: [], read: [] };
    for (let turn = 0; turn < 1000; turn += 1) {
      times.full.push(await full.serve());
      times.read.push(await read.serve());
    }
    const usual = percentile(times.read, 0.99);
    const slow = times.full.filter((ms) => ms > 2 * usual).length;
    t.diagnostic(
      `p99 ${percentile(times.full, 0.99).toFixed(1)} ms, with a pipe that is read ${usual.toFixed(1)} ms; ${slow} of 1000 over twice that`,
    );
    assert.ok(slow <= 20);
    assert.equal(await read.dropped(), 0);

    const reader = new Program(t, ['cat', join(full.stage.folder, 'pipe')]);
    const told = JSON.parse(await reader.line(/"event":"log\.dropped"/));
    assert.ok(told.lines > 0);
    assert.equal(typeof told.since, 'string');
    for (const line of reader.lines) assert.doesNotThrow(() => JSON.parse(line), line);
    await reader.kill();

    await full.overflow();
    const ms = await full.end();
    t.diagnostic(`it ended within ${ms.toFixed()} ms`);
    assert.ok(ms < 10_000);
    await read.end();
  });

  test('R-D23 on a full disk at the start, and in the middle: it serves, drops are told, no line is cut', {
    skip: NOT_ROOT,
  }, async (t) => {
    const watched = new Watched(t);
    const disk = mkdtempSync(join(tmpdir(), 'coupletd-disk-'));
    const mount = (...options: readonly string[]): void => {
      const { status, stderr } = spawnSync('mount', [...options, disk], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    // What waits in the queues of three processes fits.
    mount('-t', 'tmpfs', '-o', 'size=512k', 'tmpfs');
    t.after(() => {
      spawnSync('umount', ['--lazy', disk]);
      rmSync(disk, { recursive: true });
    });
    const log = join(disk, 'log');
    const filler = join(disk, 'filler');
    assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 ** 2)), /ENOSPC/);
    /** Waits for the log to tell of so many gaps. */
    const gaps = async (count: number): Promise<void> => {
      while (gapsIn(log) < count) await new Promise(setImmediate);
    };

    await watched.start(['--log-file', log]);
    await watched.overflow();
    rmSync(filler);
    await gaps(1);
    const before = gapsIn(log);
    await watched.overflow();
    await watched.serve();
    mount('-o', 'remount,size=4m');
    await gaps(before + 1);
    await watched.serve();
    assert.ok((await watched.end()) < 10_000);
    const lines = readFileSync(log, 'utf8').split('\n');
    assert.equal(lines.pop(), '');
    // Of several writers each may have cut one when the disk was full, twice.
    const cut = lines.filter((line) => line !== '' && !isWhole(line));
    assert.ok(cut.length <= 6, cut.join('\n'));
    assert.match(lines.at(-1) ?? '', /"event":"daemon\.ended"/);
    t.diagnostic(`${lines.length} lines, ${gapsIn(log)} gaps, ${cut.length} cut`);
  });
});

/** How many gaps a log tells of. */
function gapsIn(log: string): number {
  return (existsSync(log) ? readFileSync(log, 'utf8') : '').split('"event":"log.dropped"').length - 1;
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
