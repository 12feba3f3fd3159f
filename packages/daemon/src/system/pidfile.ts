import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { uptime } from 'node:os';
import process from 'node:process';
import { codeOf, reasonOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** How often a place is tried that others take and leave at the same time. */
const TRIES = 5;
/** A pidfile is never longer. */
const MOST_BYTES = 32;
/** The unit of start times in /proc, in seconds. */
const TICK = 0.01;
/** How far the two ages may be apart that are compared, in seconds: they come from different clocks. */
const SLACK = 2;

/** Which file of which file system, and when it was written: the number of a file that is gone is given to the next one. */
interface Node {
  readonly dev: number;
  readonly ino: number;
  readonly mtimeMs: number;
}

/** A file with the number of this process, for scripts; what keeps a second daemon away is the control socket. */
export class Pidfile {
  readonly #path: string;
  readonly #node: Node;

  /**
   * Makes the file, in one step and whole. A file that is left over is replaced: one that is empty, or whose process has ended, is this
   * one, or began after the file was written. `owner` is who has to be able to remove it later.
   *
   * Throws a `CommandError`: 69 if the process runs, 73 if the file cannot be made, or something else has that name: nothing but
   * pidfiles is replaced, and no link is followed.
   */
  constructor(path: string, owner?: { readonly uid: number; readonly gid: number }) {
    this.#path = path;
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      this.#node = write(draft, owner);
      place(draft, path);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(`cannot make the pidfile ${path}: ${reasonOf(error)}`, EXIT.cannotCreate, {
        cause: error,
      });
    } finally {
      remove(draft);
    }
  }

  /**
   * Removes the file, unless another one has its name now. Where the folder belongs to others it is emptied: an empty one counts as left
   * over. Returns why neither was possible, in one line; undefined if it was.
   */
  remove(): string | undefined {
    const path = this.#path;
    try {
      if (!sameNode(lstatSync(path), this.#node)) return undefined;
      try {
        unlinkSync(path);
      } catch {
        empty(path, this.#node);
      }
      return undefined;
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? undefined : `cannot remove the pidfile ${path}: ${reasonOf(error)}`;
    }
  }
}

/** Writes a file that did not exist. */
function write(draft: string, owner: { readonly uid: number; readonly gid: number } | undefined): Node {
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
  try {
    // Whatever the umask is: others may read it.
    fchmodSync(fd, 0o644);
    if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
    const text = `${process.pid}\n`;
    if (writeSync(fd, text) < text.length) throw new Error('there is not enough space');
    return fstatSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Empties a file, if it is that one. */
function empty(path: string, node: Node): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (sameNode(fstatSync(fd), node)) ftruncateSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Gives a draft its name, in the place of one that is left over. */
function place(draft: string, path: string): void {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      linkSync(draft, path);
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    clear(draft, path);
  }
  throw new Error('others take and leave it all the time');
}

/** Takes away a file that is left over. Throws a `CommandError` if it is not. */
function clear(draft: string, path: string): void {
  const stale = staleNode(path);
  if (stale === undefined) return;
  const aside = `${draft}.old`;
  try {
    renameSync(path, aside);
    // Another daemon may have replaced it meanwhile: that one stays.
    if (!sameNode(lstatSync(aside), stale)) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  } finally {
    remove(aside);
  }
}

/** Which file is left over at that path; undefined if it has gone by itself. */
function staleNode(path: string): Node | undefined {
  let fd: number;
  try {
    const seen = lstatSync(path);
    if (!seen.isFile())
      throw new CommandError(`cannot make the pidfile ${path}: there is something else`, EXIT.cannotCreate);
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    const text = buffer.toString('latin1', 0, readSync(fd, buffer));
    if (text !== '') check(path, stats, /^(\d{1,10})\n?$/.exec(text)?.[1]);
    return stats;
  } finally {
    closeSync(fd);
  }
}

/** Throws a `CommandError` unless the process that a file names is over. */
function check(path: string, stats: Stats, number: string | undefined): void {
  if (number === undefined || !stats.isFile())
    throw new CommandError(`cannot make the pidfile ${path}: there is a file that is not a pidfile`, EXIT.cannotCreate);
  const pid = Number(number);
  if (pid === 0 || pid === process.pid || !runs(pid)) return;
  const age = ageOf(pid);
  const written = (Date.now() - stats.mtimeMs) / 1000;
  if (age !== undefined && written > age + SLACK) return;
  throw new CommandError(`already running, pid ${pid} (says ${path})`, EXIT.unavailable);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** How long a process has been there, in seconds. Undefined where the system does not tell. */
function ageOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program comes second, in brackets, and may have blanks and brackets.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const age = uptime() - ticks * TICK;
    return age >= 0 ? age : undefined;
  } catch {
    return undefined;
  }
}

function sameNode(one: Node, other: Node): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.mtimeMs === other.mtimeMs;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never there, or cannot be removed: then the error that is thrown says more.
  }
}
