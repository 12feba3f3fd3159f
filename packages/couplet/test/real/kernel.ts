import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { BackendUnderTest } from 'couplet-conformance';

const folder = mkdtempSync(join(tmpdir(), 'couplet-kernel-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const path = join(folder, 'file');
const { pid, getuid, getgid } = process;

/** What the checks of a backend need that tells what only the system knows. */
export const kernel: NonNullable<BackendUnderTest['kernel']> = {
  credentials: { pid, uid: getuid?.() ?? -1, gid: getgid?.() ?? -1 },
  open(text) {
    writeFileSync(path, text);
    const fd = openSync(path, 'r');
    // The next one is another file.
    rmSync(path);
    return fd;
  },
  take(fd) {
    const bytes = Buffer.alloc(100);
    // All descriptors of one opened file have the same position.
    const count = readSync(fd, bytes, 0, bytes.length, 0);
    closeSync(fd);
    return bytes.toString('utf8', 0, count);
  },
};
