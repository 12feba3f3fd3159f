import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import { ask, Crowd } from '../real/client.ts';
import { Stage } from '../real/stage.ts';
import { talk } from '../real/talk.ts';
import { outcome } from './deploy.ts';

// The whole number of the requirement is 20 reloads.
const { COUPLETD_RELOADS = '5' } = process.env;
const RELOADS = Number(COUPLETD_RELOADS);
const KILLS = 5;

/** A page of metrics: the value of each series by its name with labels, and which of them are counters. */
class Page {
  readonly text: string;
  readonly series: ReadonlyMap<string, number>;
  /** How long it took, in milliseconds. */
  readonly ms: number;

  private constructor(text: string, ms: number) {
    this.text = text;
    this.ms = ms;
    this.series = new Map(
      text.split('\n').flatMap((line) => {
        const [, name, value] = /^([^# ].*) (\S+)$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, Number(value)] as const];
      }),
    );
  }

  static async of(port: number): Promise<Page> {
    const since = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const text = await response.text();
    assert.equal(response.status, 200);
    return new Page(text, performance.now() - since);
  }

  /** Those that must never fall: counters, and the buckets, sum and count of histograms. */
  get counters(): ReadonlyMap<string, number> {
    return new Map([...this.series].filter(([name]) => /_total\b|duration_seconds_(?:bucket|sum|count)\b/.test(name)));
  }

  /** The sum over all series of a name. */
  sum(name: string): number {
    return [...this.series].reduce((sum, [one, value]) => (one.split('{', 1)[0] === name ? sum + value : sum), 0);
  }
}

describe('R-D27 the metrics of a daemon', { timeout: 60_000 + RELOADS * 10_000 }, () => {
  test(`no counter falls over ${RELOADS} reloads and ${KILLS} kills under load, and promtool has no complaint`, async (t) => {
    const stage = new Stage(t);
    const metrics = await freePort('127.0.0.1');
    const daemon = stage.run(['--workers', '2', '--metrics', String(metrics), '--access-log', 'off']);
    const port = await daemon.ready();
    const crowd = new Crowd(port, 10);
    let last = new Map<string, number>();
    let pages = 0;
    const look = async (): Promise<Page> => {
      const page = await Page.of(metrics);
      const { counters } = page;
      pages += 1;
      for (const [name, value] of last) {
        const now = counters.get(name);
        assert.ok(now !== undefined && now >= value, `${name} was ${value} and is ${now}`);
      }
      last = new Map(counters);
      return page;
    };
    let going = true;
    // One that fails ends all the same.
    t.after(() => {
      going = false;
    });
    const looking = (async (): Promise<void> => {
      while (going) await look();
    })();
    const every = RELOADS / KILLS;
    for (let reload = 1; reload <= RELOADS; reload += 1) {
      const { status, errors } = await daemon.ask('reload', '--wait', '--force');
      assert.deepEqual([status, errors], [0, '']);
      await crowd.replies(10);
      if (reload % every !== 0) continue;
      const [victim = 0] = daemon.workers.slice(-1);
      process.kill(victim, 'SIGKILL');
      await daemon.event('worker.ended', { worker: victim });
    }
    const outcomes = await crowd.stop();
    going = false;
    await looking;
    await daemon.event('worker.ready', {}, 2 * (RELOADS + 1) + KILLS);
    const page = await look();
    t.diagnostic(`${pages} pages, ${JSON.stringify(outcomes)}, ${last.size} counters`);
    assert.deepEqual(outcome('promtool', ['check', 'metrics'], page.text), [0, '']);
    assert.equal(page.series.get('couplet_generation'), RELOADS + 1);
    assert.equal(page.series.get('couplet_reloads_total{result="done"}'), RELOADS);
    assert.equal(page.series.get('couplet_worker_restarts_total{cause="killed"}'), KILLS);
    // What a killed worker counted in the two seconds before its end may be missing, and no more.
    const accepted = page.sum('couplet_connections_accepted_total');
    const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    assert.ok(accepted <= all && accepted > all / 2, `${accepted} of ${all}`);
    assert.equal(outcomes.refused, 0);
    // Its own address is a label; a peer is not.
    for (const [name] of page.series)
      for (const [, label = '', value = ''] of name.matchAll(/(\w+)="([^"]*)"/g)) {
        assert.match(label, /^(?:service|listener|slot|state|cause|reason|result|version|runtime|le|quantile)$/);
        if (/\d+\.\d+\.\d+\.\d+/.test(value))
          assert.deepEqual([label, /^127\.0\.0\.1:(?!0)/.test(value)], ['listener', true]);
      }
  });

  test('a worker that hangs costs a scrape a second, and counts with its last values', async (t) => {
    const stage = new Stage(t);
    const metrics = await freePort('127.0.0.1');
    const daemon = stage.run(['--workers', '2', '--metrics', String(metrics)]);
    const port = await daemon.ready();
    for (let at = 0; at < 10; at += 1) await ask(port, 'who');
    const before = await Page.of(metrics);
    assert.equal(before.series.get('couplet_workers_silent'), 0);
    assert.equal(before.sum('couplet_connections_accepted_total'), 10);
    const [hung = 0] = daemon.workers;
    process.kill(hung, 'SIGSTOP');
    const [one, ...others] = await Promise.all([Page.of(metrics), Page.of(metrics), Page.of(metrics)]);
    for (const page of [one, ...others]) {
      assert.equal(page.series.get('couplet_workers_silent'), 1);
      assert.equal(page.sum('couplet_connections_accepted_total'), 10);
      assert.ok(page.ms > 990 && page.ms < 10_000, `${page.ms} ms`);
    }
    process.kill(hung, 'SIGCONT');
    let page = await Page.of(metrics);
    while (page.series.get('couplet_workers_silent') !== 0) page = await Page.of(metrics);
    assert.equal(page.sum('couplet_connections_accepted_total'), 10);
  });

  test('waits for no worker that still imports the application, then or later', async (t) => {
    const stage = new Stage(t, `await new Promise((resolve) => setTimeout(resolve, 1000));\n${talk()}`);
    const metrics = await freePort('127.0.0.1');
    const daemon = stage.run(['--metrics', String(metrics)]);
    await daemon.event('worker.started');
    const early = await Page.of(metrics);
    assert.deepEqual(daemon.all('worker.ready'), [], 'it is ready too early for this test');
    assert.equal(early.sum('couplet_workers_silent'), 0);
    await daemon.ready();
    assert.equal((await Page.of(metrics)).sum('couplet_workers_silent'), 0);
  });
});
