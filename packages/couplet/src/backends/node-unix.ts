import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { existsSync, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { connect } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import type { Listener, ListenPlace } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import { causeOfThrown } from './node-cause.ts';
import { startListening, stopListening } from './node-server.ts';

type UnixPlace = Extract<ListenPlace, { kind: 'unix' }>;
/** What tells a file from every other that has its name, or had it. */
type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

/** The longest path that fits into a socket's address (unix(7); 103 bytes elsewhere), in bytes. */
const LONGEST = process.platform === 'linux' ? 107 : 103;
/** How often the path may change hands while it is looked at. */
const ATTEMPTS = 10;
const NO_FOLDER: Cause = { kind: 'bind', code: 'ENOENT', detail: 'no such file or directory' };
const IN_USE: Cause = { kind: 'bind', code: 'EADDRINUSE', detail: 'address already in use' };

/**
 * Listens on a UNIX socket. The socket is bound under a name of its own beside the path, with its mode from the start, and
 * gets the path as a hard link once it listens: so nobody ever finds a socket there that refuses or has another mode, and
 * link(2) neither replaces what has the path already nor follows a symbolic link.
 */
export async function listenUNIX(server: Server, place: UnixPlace): Promise<Listener | Cause> {
  const { path, mode, backlog } = place;
  const listener = { name: { family: 'UNIX', path }, close: () => stopListening(server) } as const;
  // An abstract address of Linux has no file.
  if (path.startsWith('\0')) return (await startListening(server, () => server.listen({ path, backlog }))) ?? listener;
  const absolute = resolve(path);
  // A relative path may be the only one that is short enough.
  const short = Buffer.byteLength(beside(absolute)) > LONGEST ? path : absolute;
  const temporary = beside(short);
  const length = Math.max(Buffer.byteLength(short), Buffer.byteLength(temporary));
  if (length > LONGEST)
    return { kind: 'bind', code: 'ENAMETOOLONG', detail: `the path needs ${length} bytes, ${LONGEST} is the most` };
  const failure = await startListening(server, () => bind(server, temporary, mode, backlog));
  // libuv tells a missing folder as it does on Windows.
  if (failure?.code === 'EACCES' && !existsSync(dirname(short))) return NO_FOLDER;
  if (failure !== undefined) return failure;
  try {
    const file = lstatSync(temporary, { bigint: true });
    const obstacle = await publish(temporary, short);
    if (obstacle === undefined) return { ...listener, close: () => close(server, absolute, file) };
    // The runtime removes the name that it bound.
    server.close();
    return obstacle;
  } catch (error) {
    server.close();
    return causeOfThrown(error);
  }
}

/** The mode is right from the start: a change after bind(2) would leave a moment with a wider one. */
function bind(server: Server, path: string, mode: number, backlog: number): void {
  const mask = process.umask(0o777 & ~mode);
  try {
    // In a cluster it would be the primary process that binds, without the mask.
    server.listen({ path, backlog, exclusive: true });
  } finally {
    process.umask(mask);
  }
}

/** Gives the listening socket its path; the cause when that is taken. */
async function publish(temporary: string, path: string): Promise<Cause | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (linked(temporary, path)) {
      unlinkSync(temporary);
      return undefined;
    }
    const obstacle = await clear(path, temporary);
    if (obstacle !== undefined) return obstacle;
  }
  return IN_USE;
}

/** Removes a socket that nobody holds; tells what else has the path. `own` is a name of this process's socket. */
async function clear(path: string, own: string): Promise<Cause | undefined> {
  const found = statusOf(path);
  if (found === undefined) return undefined;
  if (!found.isSocket()) return { kind: 'bind', code: 'EEXIST', detail: `${kindOf(found)} has that name` };
  if (!(await isStale(path))) return IN_USE;
  // Of several processes that want to remove it, the one does whose socket is the claim; a claim can be stale as well.
  const claim = beside(path, found.ino.toString(36));
  if (linked(own, claim)) {
    try {
      await removeStale(path, found);
    } finally {
      unlinkSync(claim);
    }
  } else {
    const other = statusOf(claim);
    if (other?.isSocket() && (await isStale(claim))) await removeStale(claim, other);
  }
  return undefined;
}

async function removeStale(path: string, file: Identity): Promise<void> {
  const aside = moveAside(path, file);
  if (aside === undefined) return;
  // A socket that did not listen yet when it was asked may do so now.
  if (await isStale(aside)) unlinkSync(aside);
  else putBack(aside, path);
}

/** Whether a socket file is left over from a process that has ended: whoever holds the socket would not refuse. */
function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
    });
  });
}

/** Moves a file aside if it is that very one, never what took its place; tells its name then. */
function moveAside(path: string, file: Identity): string | undefined {
  const aside = beside(path);
  if (!isAt(path, file) || !renamed(path, aside)) return undefined;
  if (isAt(aside, file)) return aside;
  putBack(aside, path);
  return undefined;
}

/** Not by rename(2), which replaces: if the path has a new owner, the file keeps its other name. */
function putBack(aside: string, path: string): void {
  if (linked(aside, path)) unlinkSync(aside);
}

async function close(server: Server, path: string, file: Identity): Promise<void> {
  try {
    const aside = moveAside(path, file);
    if (aside !== undefined) unlinkSync(aside);
  } catch {
    // It cannot be removed any more; whoever listens there next finds that nobody holds it.
  }
  await stopListening(server);
}

/** False when something has that name already. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (causeOfThrown(error).code === 'EEXIST') return false;
    throw error;
  }
}

/** False when the file has gone already. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (causeOfThrown(error).code === 'ENOENT') return false;
    throw error;
  }
}

function isAt(path: string, { dev, ino }: Identity): boolean {
  const found = statusOf(path);
  return found !== undefined && found.dev === dev && found.ino === ino;
}

function statusOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function kindOf(found: BigIntStats): string {
  if (found.isSymbolicLink()) return 'a symbolic link';
  return found.isDirectory() ? 'a folder' : 'a file that is no socket';
}

/** A name in the same folder: hidden, and telling where it belongs if that leaves it short enough. */
function beside(path: string, mark: string = randomBytes(4).toString('hex')): string {
  const telling = join(dirname(path), `.${basename(path)}.${mark}`);
  return Buffer.byteLength(telling) > LONGEST ? join(dirname(path), `.${mark}`) : telling;
}
