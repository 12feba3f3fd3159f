import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, beforeEach, describe, test } from 'node:test';
import { Pidfile } from '../../src/system/pidfile.ts';
import { CommandError } from '../../src/values/exit-status.ts';
import { commandOf, NOT_ROOT, run, start } from '../run.ts';

describe('R-D21 a pidfile', { timeout: 20_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'couplet-pidfile-'));
  after(() => rmSync(root, { recursive: true }));
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'one-'));
    path = join(folder, 'poetry.pid');
  });

  function refused(line: RegExp, status: number): void {
    const before = readdirSync(folder);
    assert.throws(
      () => new Pidfile(path),
      (error) => {
        assert.ok(error instanceof CommandError);
        assert.match(error.message, line);
        assert.equal(error.status, status);
        return true;
      },
    );
    assert.deepEqual(readdirSync(folder), before);
  }

  test('R-D21 has the number of the process, and can be read by all', () => {
    const umask = process.umask(0o077);
    const file = new Pidfile(path);
    process.umask(umask);
    assert.equal(readFileSync(path, 'latin1'), `${process.pid}\n`);
    assert.equal(lstatSync(path).mode & 0o777, 0o644);
    assert.deepEqual(readdirSync(folder), ['poetry.pid']);
    assert.equal(file.remove(), undefined);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(file.remove(), undefined);
  });

  test('R-D21 is not replaced while its process runs, and is when that has begun after it was written', async () => {
    const child = start([process.execPath, '-e', 'process.stdin.resume()']);
    await once(child, 'spawn');
    writeFileSync(path, `${child.pid}\n`);
    refused(new RegExp(`^already running, pid ${child.pid} \\(says ${path}\\)$`), 69);
    const earlier = Date.now() / 1000 - 3600;
    utimesSync(path, earlier, earlier);
    new Pidfile(path);
    assert.equal(readFileSync(path, 'latin1'), `${process.pid}\n`);
    writeFileSync(path, `${child.pid}`);
    child.stdin?.end();
    await once(child, 'exit');
    new Pidfile(path);
    assert.equal(readFileSync(path, 'latin1'), `${process.pid}\n`);
  });

  test('R-D20 is replaced when it has the number of this process, as in a container, or nothing', () => {
    for (const text of [`${process.pid}\n`, '']) {
      writeFileSync(path, text);
      new Pidfile(path);
      assert.equal(readFileSync(path, 'latin1'), `${process.pid}\n`);
      assert.deepEqual(readdirSync(folder), ['poetry.pid']);
      rmSync(path);
    }
  });

  test('R-D21 replaces nothing foreign, and follows no link', () => {
    const other = join(root, 'other');
    writeFileSync(other, '1\n');
    for (const target of [other, join(root, 'missing')]) {
      symlinkSync(target, path);
      refused(/^cannot make the pidfile .*: there is something else$/, 73);
      assert.ok(lstatSync(path).isSymbolicLink());
      rmSync(path);
    }
    assert.ok(!existsSync(join(root, 'missing')));
    assert.equal(readFileSync(other, 'latin1'), '1\n');
    spawnSync('mkfifo', [path]);
    refused(/: there is something else$/, 73);
    rmSync(path);
    mkdirSync(path);
    refused(/: there is something else$/, 73);
    rmSync(path, { recursive: true });
    for (const text of ['root:x:0:0\n', '12\n34\n', '-1\n', `${'1'.repeat(40)}\n`, '\n']) {
      writeFileSync(path, text);
      refused(/^cannot make the pidfile .*: there is a file that is not a pidfile$/, 73);
      assert.equal(readFileSync(path, 'latin1'), text);
    }
  });

  test('R-D21 that cannot be made is refused with 73 and the reason', () => {
    path = join(folder, 'missing', 'poetry.pid');
    refused(/^cannot make the pidfile \S+: no such file or directory$/, 73);
    path = '/proc/poetry.pid';
    refused(/^cannot make the pidfile \S+: (?:no such file or directory|permission denied)$/, 73);
  });

  test('R-D21 on a full disk is refused with 73, and leaves nothing', (context) => {
    const size = ['-t', 'tmpfs', '-o', 'size=4096,nr_inodes=10', 'tmpfs', folder];
    if (NOT_ROOT !== false || spawnSync('mount', size).status !== 0) return context.skip('it needs root and a mount');
    try {
      writeFileSync(join(folder, 'full'), 'x'.repeat(4096));
      refused(/^cannot make the pidfile \S+: no space left on device$/, 73);
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  test('R-D21 stays when another one has its name', () => {
    const file = new Pidfile(path);
    rmSync(path);
    writeFileSync(path, '1\n');
    utimesSync(path, 1, 1);
    assert.equal(file.remove(), undefined);
    assert.equal(readFileSync(path, 'latin1'), '1\n');
  });

  test('R-D21 is removed after the drop, or emptied where the folder belongs to others', {
    skip: NOT_ROOT,
  }, async () => {
    chmodSync(root, 0o755);
    chmodSync(folder, 0o755);
    const others = await run(commandOf(import.meta.dirname, 'pidfile', [path]));
    assert.deepEqual([others.status, others.output, others.errors], [0, 'undefined\n', '']);
    assert.equal(readFileSync(path, 'latin1'), '');
    new Pidfile(path);
    rmSync(path);
    chownSync(folder, 65_534, 65_534);
    const own = await run(commandOf(import.meta.dirname, 'pidfile', [path]));
    assert.deepEqual([own.status, own.output], [0, 'undefined\n']);
    assert.deepEqual(readdirSync(folder), []);
  });
});
