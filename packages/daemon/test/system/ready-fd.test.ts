import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { readyDescriptor } from '../../src/system/ready-fd.ts';
import { CommandError } from '../../src/values/exit-status.ts';
import { commandOf, start } from '../run.ts';

describe('readiness by a descriptor', { timeout: 10_000 }, () => {
  test('is one newline and the end, while the process lives', async () => {
    const child = start(commandOf(import.meta.dirname, 'ready', []), {}, ['pipe', 'inherit', 'inherit', 'pipe']);
    const pipe = child.stdio[3];
    assert.ok(pipe instanceof Readable);
    let text = '';
    for await (const bytes of pipe) text += bytes;
    assert.deepEqual([text, child.exitCode], ['\n', null]);
    child.stdin?.end();
    const [status] = await once(child, 'exit');
    assert.equal(status, 0);
  });

  test('is told once, and the descriptor is closed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-ready-'));
    const fd = openSync(join(folder, 'file'), 'w');
    const ready = readyDescriptor(fd);
    ready();
    assert.throws(() => fstatSync(fd), { code: 'EBADF' });
    ready();
    assert.equal(readFileSync(join(folder, 'file'), 'latin1'), '\n');
    rmSync(folder, { recursive: true });
  });

  test('is refused with 78 on what is not open, a folder, or a standard stream', () => {
    const folder = openSync(tmpdir(), 'r');
    for (const fd of [-1, 1.5, 0, 1, 2, folder, 987])
      assert.throws(
        () => readyDescriptor(fd),
        (error) =>
          error instanceof CommandError && error.status === 78 && error.message.startsWith(`--ready-fd ${fd}: `),
      );
    closeSync(folder);
  });
});
