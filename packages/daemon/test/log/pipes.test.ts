import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Clock } from 'couplet/testing';
import { openDestination } from '../../src/log/destination.ts';
import { codeOf } from '../../src/values/error-words.ts';
import type { Writer } from './written.ts';
import { linesOf, numbersOf, startWriter, withFolder } from './written.ts';

const TIMEOUT = { timeout: 60_000 };
const EXIT_MS = 1000;

/** Makes a pipe, and calls `use` with its ends; the writing end is closed by `use`, or after it. */
async function withPipe(use: (reader: number, writer: number) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    try {
      await use(reader, writer);
    } finally {
      closeSync(writer);
      closeSync(reader);
    }
  });
}

/** Reads what is in a pipe at present. */
function readNow(reader: number): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  try {
    for (let read = readSync(reader, chunk); read > 0; read = readSync(reader, chunk))
      chunks.push(Buffer.from(chunk.subarray(0, read)));
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error;
  }
  return Buffer.concat(chunks).toString();
}

/** Reads a pipe until all the writers have ended. */
async function readAll(reader: number, writers: readonly Writer[]): Promise<string> {
  let text = '';
  const timer = setInterval(() => {
    text += readNow(reader);
  }, 2);
  try {
    await Promise.all(writers.map(({ ended }) => ended));
  } finally {
    clearInterval(timer);
  }
  return text + readNow(reader);
}

for (const ends of ['end', 'throws'] as const)
  test(
    `R-D22 a pipe that is full and not read: the loop turns, memory is bounded, drops are counted (${ends})`,
    TIMEOUT,
    () =>
      withPipe(async (reader, writer) => {
        const queueBytes = 1_000_000;
        const { status, report, tookMs } = await startWriter({ lines: 20_000, bytes: 500, queueBytes, ends }, writer)
          .ended;
        assert.equal(status, ends === 'end' ? 0 : 70);
        assert.ok(report.queued <= queueBytes, `${report.queued} bytes wait`);
        assert.ok(report.queued > queueBytes / 2, `${report.queued} bytes wait`);
        assert.ok(report.turnMs < 250, `100 lines took ${report.turnMs} ms`);
        // Garbage of 12 MB of lines that were made is counted in, too.
        assert.ok(report.grown < 40e6, `${report.grown} bytes more memory`);
        assert.ok(tookMs < EXIT_MS, `the exit took ${tookMs} ms`);
        const text = readNow(reader);
        const whole = numbersOf(text);
        assert.deepEqual(
          whole,
          whole.map((_, index) => index + 1),
          'what is in the pipe is whole and in order',
        );
        const kept = Math.floor(report.queued / (Buffer.byteLength(text) / whole.length));
        assert.ok(
          Math.abs(report.dropped + kept + whole.length - 20_000) < 50,
          'each line is written, waits or is counted',
        );
      }),
  );

test('R-D26 four processes on one pipe: each line is whole, and every line of each is there in order', TIMEOUT, () =>
  withPipe(async (reader, writer) => {
    const names = ['a', 'b', 'c', 'd'];
    const queueBytes = 8_000_000;
    const writers = names.map((name) =>
      startWriter({ name, lines: 2000, bytes: 1700, queueBytes, ends: 'end' }, writer),
    );
    const text = await readAll(reader, writers);
    for (const [index, { ended }] of writers.entries()) {
      const { report, status } = await ended;
      assert.equal(status, 0);
      assert.equal(report.dropped, 0);
      const numbers = numbersOf(text, names[index]);
      // The end waits 400 ms: on a busy machine some of 3.5 MB may be left.
      assert.deepEqual(
        numbers,
        numbers.map((_, at) => at + 1),
      );
      assert.ok(numbers.length > 1000, `${numbers.length} lines`);
    }
  }),
);

test(
  'R-D22 a pipe that is read late: the gap is told where it was, with the number of the lines that are missing',
  TIMEOUT,
  () =>
    withPipe(async (reader, writer) => {
      const lines = 5000;
      const one = startWriter({ lines, bytes: 500, queueBytes: 100_000, atOnce: 5000, ends: 'end' }, writer);
      const text = await readAll(reader, [one]);
      const { report } = await one.ended;
      const gaps = linesOf(text).filter(({ event }) => event === 'log.dropped');
      assert.equal(gaps.length, 1);
      const [gap] = gaps;
      assert.equal(gap?.lines, report.dropped);
      assert.equal(gap?.level, 'warn');
      assert.ok(Date.parse(`${gap?.since}`) <= Date.parse(`${gap?.time}`));
      assert.equal(numbersOf(text).length + report.dropped, lines);
    }),
);

test('R-D25 an error that is not caught: the last lines are there', TIMEOUT, () =>
  withPipe(async (reader, writer) => {
    const one = startWriter({ lines: 30, bytes: 100, ends: 'throws' }, writer);
    const text = await readAll(reader, [one]);
    assert.equal((await one.ended).status, 70);
    const records = linesOf(text);
    assert.equal(records.length, 31);
    assert.equal(records[30]?.err?.message, 'the last word');
  }),
);

test('a pipe whose reader has gone is not fatal: drops are counted', TIMEOUT, () =>
  withFolder(async (folder) => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    closeSync(reader);
    const { status, report } = await startWriter({ lines: 500, bytes: 10, ends: 'end' }, writer).ended;
    closeSync(writer);
    assert.deepEqual([status, report.dropped], [0, 500]);
  }),
);

test('an idle log on a pipe does not keep the process alive', TIMEOUT, () =>
  withPipe(async (reader, writer) => {
    const { status } = await startWriter({ lines: 3, bytes: 10, ends: 'naturally' }, writer).ended;
    assert.equal(status, 0);
    assert.deepEqual(numbersOf(readNow(reader)), [1, 2, 3]);
  }),
);

test('a log on a pipe leaves it blocking for those who share it', TIMEOUT, () =>
  withPipe(async (reader, descriptor) => {
    const destination = openDestination({ descriptor, queueBytes: 1000, clock: new Clock() });
    // A program whose descriptor is blocking waits for room; otherwise it fails.
    const dd = spawn('dd', ['if=/dev/zero', 'bs=1000', 'count=300'], { stdio: ['ignore', descriptor, 'ignore'] });
    const ended = once(dd, 'exit');
    const timer = setInterval(() => readNow(reader), 2);
    const [status] = await ended;
    clearInterval(timer);
    await destination.end();
    assert.equal(status, 0);
  }),
);

test('R-D22 a socket that is full and not read: drops are counted, and the exit takes no time', TIMEOUT, async () => {
  const { status, report, tookMs } = await startWriter({ lines: 20_000, bytes: 500, ends: 'end' }, 'pipe').ended;
  assert.equal(status, 0);
  assert.ok(report.dropped > 15_000);
  assert.ok(tookMs < EXIT_MS, `the exit took ${tookMs} ms`);
});
