import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { NetConnectOpts, Socket } from 'node:net';
import process from 'node:process';
import { describe, type TestContext, test } from 'node:test';
import type { Daemon } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { Book, enter, Guests, gate } from './guests.ts';

const TOTAL = 100;

/** Four workers that let in a hundred together. */
async function open(t: TestContext): Promise<{ daemon: Daemon; book: Book; place: NetConnectOpts }> {
  const stage = new Stage(t);
  const book = new Book(stage.folder);
  stage.write('app.js', gate(book.path));
  stage.write('limits.toml', `[service.gate]\nlimit = { total = ${TOTAL}, scope = "node" }\n`);
  const daemon = stage.run(['--workers', '4', '--config', 'limits.toml', '--access-log', 'off']);
  return { daemon, book, place: { port: await daemon.ready('gate'), host: '127.0.0.1' } };
}

/** Kills a process whose guests are known at that moment: it does not run when it is killed. */
function kill(pid: number, book: Book): void {
  process.kill(pid, 'SIGSTOP');
  while (!/^\d+ \(.*\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  book.kill(pid);
  process.kill(pid, 'SIGKILL');
}

describe('R-D28 a total of 100 over 4 workers', { timeout: 120_000 }, () => {
  test('is never 101 under 1,000 clients, in a reload and after a kill, and ends at 0', async (t) => {
    const { daemon, book, place } = await open(t);
    const guests = new Guests(
      1000,
      () => place,
      (guest) => guest % 40,
    );
    await guests.whole(500);
    const { status, errors } = await daemon.ask('reload', '--wait', '--force');
    assert.deepEqual([status, errors], [0, '']);
    await guests.whole(300);
    const [victim = 0] = daemon.workers;
    kill(victim, book);
    await daemon.event('worker.ended', { worker: victim });
    await guests.whole(500);
    const visits = await guests.stop();
    // The last of them have been told goodbye, but may not have been noted yet.
    while (book.read().left > 0) await new Promise(setImmediate);
    const { most, came } = book.read();
    t.diagnostic(`${JSON.stringify(visits)}, ${came} came, at most ${most} at a time`);
    assert.equal(most, TOTAL);
    assert.equal(visits.refused, 0);
    // Those of the process that was killed.
    assert.equal(visits.broken, came - visits.whole);
    assert.ok(visits.broken <= TOTAL);
    assert.deepEqual(daemon.all('ledger.down'), []);
  });

  test('a place that is free again is taken within 100 ms', async (t) => {
    const { daemon, book, place } = await open(t);
    const inside: Socket[] = [];
    const fill = async (): Promise<void> => {
      for (let guest = await enter(place); guest !== undefined; guest = await enter(place)) inside.push(guest);
    };
    await fill();
    assert.equal(inside.length, TOTAL);
    const waits: number[] = [];
    const exchange = async (leave: () => void): Promise<void> => {
      leave();
      const since = performance.now();
      let guest: Socket | undefined;
      while (guest === undefined) guest = await enter(place);
      waits.push(performance.now() - since);
      inside.push(guest);
    };
    for (let turn = 0; turn < 20; turn += 1) await exchange(() => inside.shift()?.destroy());
    const [victim = 0] = daemon.workers;
    await exchange(() => kill(victim, book));
    await daemon.event('worker.ready', {}, 5);
    await fill();
    assert.equal(inside.filter(({ destroyed }) => !destroyed).length, TOTAL);
    const reload = daemon.ask('reload', '--wait', '--force');
    for (let turn = 0; turn < 20; turn += 1)
      await exchange(() => inside.find(({ destroyed }) => !destroyed)?.destroy());
    assert.equal((await reload).status, 0);
    waits.sort((a, b) => a - b);
    t.diagnostic(`ms until it was taken: ${waits.map((ms) => ms.toFixed()).join(' ')}`);
    assert.ok(waits.filter((ms) => ms > 1000).length <= 4);
    assert.equal(book.read().most, TOTAL);
  });
});
