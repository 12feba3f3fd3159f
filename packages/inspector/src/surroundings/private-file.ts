import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { randomHex } from './random.ts';

/** A file that only the user of the process can read. */
export interface PrivateFile {
  readonly path: string;
  /** Deletes it, if it is still there. */
  remove(): void;
}

/**
 * Writes a text to a new file of mode 600, in the user's folder for such files, or else in that for temporary ones. Throws the error of the
 * system if both refuse.
 */
export function writePrivate(name: string, text: string): PrivateFile {
  const { XDG_RUNTIME_DIR: folder = '' } = process.env;
  const file = `${name}-${process.pid}-${randomHex(4)}`;
  if (folder === '') return writeNew(join(tmpdir(), file), text);
  try {
    return writeNew(join(folder, file), text);
  } catch {
    // After su it is that of another user, and in a container it may be missing.
    return writeNew(join(tmpdir(), file), text);
  }
}

/** Writes exclusively: what is there could be a link that somebody else has made. */
function writeNew(path: string, text: string): PrivateFile {
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  return { path, remove: () => rmSync(path, { force: true }) };
}
