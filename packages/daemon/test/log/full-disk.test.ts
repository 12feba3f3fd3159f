import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Clock } from 'couplet/testing';
import type { Destination } from '../../src/log/destination.ts';
import { openDestination } from '../../src/log/destination.ts';
import { openLog } from '../../src/log/open-log.ts';
import { codeOf } from '../../src/values/error-words.ts';
import type { Line } from './written.ts';
import { linesOf, numbersOf, withFolder } from './written.ts';

/** Mounts a file system of 64 kB on its first argument, where only this process and its children see it. */
const MOUNT = 'mount -t tmpfs -o size=64k none "$1" && echo && exec sleep 60';
const refused = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt']).status !== 0;
const OPTIONS = { timeout: 30_000, skip: refused && 'needs root, to mount a small file system' };

/** A small disk, with the clock of what is written to it. */
interface Disk {
  readonly file: string;
  readonly clock: Clock;
  /** Takes all space that is left. */
  fill(): void;
  /** Leaves a number of bytes free that the filling has taken. */
  free(bytes: number): void;
  /** Lets seconds pass until all that waits is written; fails after some hundred. */
  settled(...destinations: Destination[]): Promise<void>;
}

async function withDisk(use: (disk: Disk) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const holder = spawn('unshare', ['-m', 'sh', '-c', MOUNT, 'sh', folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(holder.stdout, 'data');
      const seen = `/proc/${holder.pid}/root${folder}`;
      const filling = join(seen, 'filling');
      const clock = new Clock({ wallClock: Date.parse('2026-11-30T09:00:00Z') });
      await use({
        file: join(seen, 'log'),
        clock,
        fill() {
          try {
            for (;;) writeFileSync(filling, Buffer.alloc(512), { flag: 'a' });
          } catch (error) {
            if (codeOf(error) !== 'ENOSPC') throw error;
          }
        },
        free: (bytes) => truncateSync(filling, Math.max(0, readFileSync(filling).length - bytes)),
        async settled(...destinations) {
          for (let turn = 0; turn < 100_000; turn += 1) {
            if (destinations.every(({ queuedBytes }) => queuedBytes === 0)) return;
            await setImmediate();
            if (turn % 100 === 99) clock.advance(1000);
          }
          assert.fail('what waits was not written');
        },
      });
    } finally {
      holder.kill('SIGKILL');
    }
  });
}

/** Waits until that number of destinations has found the disk full, and then lets two more of their tries fail. */
async function refusedOf(clock: Clock, count: number): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    if (tries > 0) clock.advance(1000);
    while (clock.getDelayedCalls().length < count) await setImmediate();
  }
}

test(
  'R-D23 a disk that is full at the start and in the middle: once there is space all is there, and none is cut',
  OPTIONS,
  () =>
    withDisk(async ({ file, clock, fill, free, settled }) => {
      fill();
      const destination = openDestination({ file, queueBytes: 1_000_000, clock });
      const log = openLog({ destination, format: 'json', level: 'info', fields: { name: 'writer' } });
      let n = 0;
      const write = (lines: number): void => {
        for (const last = n + lines; n < last; ) {
          n += 1;
          log.info({ n, text: 'x'.repeat(250) });
        }
      };
      write(20);
      await refusedOf(clock, 1);
      assert.equal(readFileSync(file, 'utf8'), '');
      free(8192);
      await settled(destination);
      assert.equal(numbersOf(readFileSync(file, 'utf8')).length, 20);
      write(60);
      await refusedOf(clock, 1);
      assert.ok(destination.queuedBytes > 0, 'the disk is full again');
      assert.ok(!readFileSync(file, 'utf8').endsWith('\n'), 'and has cut a line');
      write(20);
      free(65_536);
      await settled(destination);
      assert.deepEqual(
        numbersOf(readFileSync(file, 'utf8')),
        Array.from({ length: 100 }, (_, index) => index + 1),
      );
      assert.equal(destination.droppedLines, 0);
      await destination.end();
    }),
);

test('R-D23 what a full disk made drop is counted, and told in the place where it is missing', OPTIONS, () =>
  withDisk(async ({ file, clock, fill, free, settled }) => {
    fill();
    const destination = openDestination({ file, queueBytes: 4000, clock });
    const log = openLog({ destination, format: 'json', level: 'error', fields: { name: 'writer' } });
    for (let n = 1; n <= 100; n += 1) log.error({ n, text: 'x'.repeat(100) });
    await refusedOf(clock, 1);
    assert.ok(destination.droppedLines > 50);
    free(65_536);
    await settled(destination);
    log.error({ n: 101 });
    await settled(destination);
    const lines = linesOf(readFileSync(file, 'utf8'));
    const kept = 100 - destination.droppedLines;
    assert.deepEqual(
      lines.map(({ n, event, lines: dropped, since }: Line) => n ?? [event, dropped, since]),
      [
        ...Array.from({ length: kept }, (_, index) => index + 1),
        ['log.dropped', destination.droppedLines, '2026-11-30T09:00:00.000Z'],
        101,
      ],
    );
    await destination.end();
  }),
);

test(
  'R-D23 two writers on one file of a full disk: each has at most one cut line, and all lines are there, whole',
  OPTIONS,
  () =>
    withDisk(async ({ file, clock, fill, free, settled }) => {
      fill();
      free(8192);
      const names = ['a', 'b'];
      const destinations = names.map(() => openDestination({ file, shared: true, queueBytes: 1_000_000, clock }));
      const logs = destinations.map((destination, index) =>
        openLog({ destination, format: 'json', level: 'info', fields: { name: names[index] } }),
      );
      for (let n = 1; n <= 40; n += 1) {
        for (const log of logs) log.info({ n, text: 'x'.repeat(250) });
        await setImmediate();
      }
      await refusedOf(clock, 2);
      free(65_536);
      await settled(...destinations);
      // A line that is cut just before its newline is there twice.
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      const whole = lines.filter(
        (line) => line.startsWith('{"level"') && line.endsWith('"}') && line.split('"level"').length === 2,
      );
      assert.ok(lines.length - whole.length <= 2, `${lines.length - whole.length} lines are cut`);
      for (const name of names)
        assert.deepEqual(
          [...new Set(numbersOf(`${whole.join('\n')}\n`, name))],
          Array.from({ length: 40 }, (_, index) => index + 1),
        );
      for (const destination of destinations) await destination.end();
    }),
);
