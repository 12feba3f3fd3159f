import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reactor } from 'couplet';
import { Clock } from 'couplet/testing';
import { openDestination } from '../../src/log/destination.ts';
import { openLog, reopenLog } from '../../src/log/open-log.ts';
import { codeOf } from '../../src/values/error-words.ts';
import { CommandError, EXIT } from '../../src/values/exit-status.ts';
import { linesOf, numbersOf, startWriter, WRITER, withFolder } from './written.ts';

const TIMEOUT = { timeout: 60_000 };

test('a file is made with mode 0640 whatever the umask, and appended to', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'log');
    const umask = process.umask(0o077);
    try {
      for (const line of ['one\n', 'two\n']) {
        const destination = openDestination({ file, queueBytes: 1000, clock: reactor });
        destination.write(line);
        await destination.end();
      }
    } finally {
      process.umask(umask);
    }
    assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
    assert.equal(statSync(file).mode & 0o777, 0o640);
  }));

test('a file that is there keeps its mode', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'log');
    writeFileSync(file, 'old\n', { mode: 0o600 });
    await openDestination({ file, queueBytes: 1000, clock: reactor }).end();
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }));

test('what cannot be opened is one line and the status 73, also a FIFO without a reader', () =>
  withFolder(async (folder) => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [where, why] of [
      [{ file: join(folder, 'no', 'log') }, /the log .*no\/log cannot be written: ENOENT/],
      [{ file: folder }, /cannot be written: EISDIR/],
      [{ file: pipe }, /cannot be written: ENXIO/],
      [{ descriptor: 999 }, /the log descriptor 999 cannot be written: EBADF/],
      [{ file: '/dev/fd/999' }, /the log \/dev\/fd\/999 cannot be written: EBADF/],
    ] as const)
      assert.throws(
        () => openDestination({ ...where, queueBytes: 1000, clock: new Clock() }),
        (error) => error instanceof CommandError && error.status === EXIT.cannotCreate && why.test(error.message),
      );
  }));

test('R-D24 a renamed file: what follows is in the new one, which says so, and no line is lost or doubled', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'log');
    const destination = openDestination({ file, queueBytes: 1_000_000, clock: reactor });
    const log = openLog({ destination, format: 'json', level: 'info', fields: { name: 'writer' } });
    for (let n = 1; n <= 50; n += 1) {
      log.info({ n });
      if (n === 20) renameSync(file, `${file}.1`);
      if (n === 30) reopenLog(log, destination);
      if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await destination.end();
    const [old, next] = [readFileSync(`${file}.1`, 'utf8'), readFileSync(file, 'utf8')];
    assert.deepEqual(
      [...numbersOf(old), ...numbersOf(next)],
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    assert.ok(numbersOf(next).length >= 20);
    assert.deepEqual(
      linesOf(next)
        .filter(({ event }) => event !== undefined)
        .map(({ event }) => event),
      ['log.reopened'],
    );
  }));

test('R-D24 what cannot be opened anew keeps the old file, which says so', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'a', 'log');
    mkdirSync(join(folder, 'a'));
    const destination = openDestination({ file, queueBytes: 1000, clock: reactor });
    const log = openLog({ destination, format: 'json', level: 'info' });
    renameSync(join(folder, 'a'), join(folder, 'b'));
    reopenLog(log, destination);
    await destination.end();
    const [line] = linesOf(readFileSync(join(folder, 'b', 'log'), 'utf8'));
    assert.equal(line?.event, 'log.reopened');
    assert.equal(line?.level, 'warn');
    assert.match(line?.reason ?? '', /^ENOENT/);
  }));

test('R-D24 four processes on one file: each line is whole', TIMEOUT, () =>
  withFolder(async (folder) => {
    const file = join(folder, 'log');
    const names = ['a', 'b', 'c', 'd'];
    const orders = { file, shared: true, lines: 2000, bytes: 900, queueBytes: 8_000_000, ends: 'end' } as const;
    await Promise.all(names.map((name) => startWriter({ ...orders, name }).ended));
    const text = readFileSync(file, 'utf8');
    for (const name of names)
      assert.deepEqual(
        numbersOf(text, name),
        Array.from({ length: 2000 }, (_, index) => index + 1),
      );
  }),
);

test('R-D25 an error that is not caught: the last lines are in the file, in order', TIMEOUT, () =>
  withFolder(async (folder) => {
    const file = join(folder, 'log');
    const { status } = await startWriter({
      file,
      lines: 2000,
      bytes: 900,
      atOnce: 2000,
      queueBytes: 8e6,
      ends: 'throws',
    }).ended;
    assert.equal(status, 70);
    const text = readFileSync(file, 'utf8');
    assert.deepEqual(
      numbersOf(text).toSorted((a, b) => a - b),
      Array.from({ length: 2000 }, (_, index) => index + 1),
    );
    assert.ok(linesOf(text).some(({ err }) => err?.message === 'the last word'));
  }),
);

for (const ends of ['end', 'throws'] as const)
  test(
    `R-D23 /dev/full: the loop turns, drops are counted, and the exit takes no time (${ends})`,
    TIMEOUT,
    async () => {
      const orders = { file: '/dev/full', lines: 5000, bytes: 500, queueBytes: 100_000, ends } as const;
      const { status, report, tookMs } = await startWriter(orders).ended;
      assert.equal(status, ends === 'throws' ? 70 : 0);
      assert.ok(report.dropped > 4000, `${report.dropped} dropped`);
      assert.ok(report.queued <= 100_000);
      assert.ok(report.turnMs < 250, `100 lines took ${report.turnMs} ms`);
      assert.ok(tookMs < 1000, `the exit took ${tookMs} ms`);
    },
  );

test('/dev/null takes all; /dev/stderr is descriptor 2', TIMEOUT, async () => {
  const { report } = await startWriter({ file: '/dev/null', lines: 500, bytes: 500, ends: 'end' }).ended;
  assert.equal(report.dropped, 0);
  const orders = JSON.stringify({ file: '/dev/stderr', lines: 20, bytes: 5, ends: 'end' });
  const { stderr } = spawnSync(process.execPath, [...process.execArgv, WRITER, orders], { encoding: 'utf8' });
  assert.deepEqual(
    numbersOf(stderr),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test('a terminal gets its lines at once', TIMEOUT, (t) => {
  const hasty = WRITER.replace(/writer(?=\.[jt]s$)/, 'hasty');
  const words = [process.execPath, ...process.execArgv, hasty].map((word) => `'${word}'`);
  const { error, stdout } = spawnSync('script', ['-qec', words.join(' '), '/dev/null'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (codeOf(error) === 'ENOENT') return t.skip('needs the program script');
  assert.equal(stdout, Array.from({ length: 20 }, (_, index) => `line ${index + 1}\r\n`).join(''));
});
