import type { BigIntStats } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import type { Cause } from '../../seam/cause.ts';
import type { Listener, ListenPlace } from '../../seam/streams.ts';
import { causeOfThrown } from './cause.ts';
import { crypto } from './late.ts';
import type { PathListener } from './server.ts';
import { stopListening } from './server.ts';

const fs = process.getBuiltinModule('node:fs');
const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;

export type UnixPlace = Extract<ListenPlace, { kind: 'unix' }>;
/** Tells a file from every other that has its name, or had it. */
type Identity = Pick<BigIntStats, 'dev' | 'ino'>;
/** Tells whether a socket file is left over from a process that has ended. */
type StaleCheck = (path: string) => Promise<boolean>;

/** The longest path that fits into a socket's address (unix(7); 103 bytes elsewhere), in bytes. */
const LONGEST = process.platform === 'linux' ? 107 : 103;
/** How often the file at the path may change while it is checked, and how many names are tried for a folder. */
const ATTEMPTS = 10;
/** The bytes of a name in a folder of the socket's own, with the slash before it. */
const INNER = 6;
/** The codes of link(2) where there are no hard links, or where this file cannot have more of them. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'ENOSYS', 'EMLINK']);
const NO_FOLDER: Cause = { kind: 'bind', code: 'ENOENT', detail: 'no such file or directory' };
const IN_USE: Cause = { kind: 'bind', code: 'EADDRINUSE', detail: 'address already in use' };

/**
 * Listens on a UNIX socket. The socket is made in a folder that no other user can enter, and gets its mode there. Then it gets a
 * hidden name beside the path, and once it listens the path itself, as a hard link. So other processes never find a socket at
 * the path that refuses connections or has another mode, and link(2) neither replaces a file nor follows a symbolic link.
 */
export async function listenUNIX(
  server: PathListener,
  place: UnixPlace,
  stale: StaleCheck = isStale,
): Promise<Listener | Cause> {
  const { path, backlog } = place;
  const listener = { name: { family: 'UNIX', path }, close: () => stopListening(server) } as const;
  // An abstract address of Linux has no file.
  if (path.startsWith('\0')) return (await server.listen(path, backlog, () => {})) ?? listener;
  const absolute = resolve(path);
  // A relative path may be the only one that is short enough.
  const short = needs(absolute) > LONGEST ? path : absolute;
  if (needs(short) > LONGEST)
    return {
      kind: 'bind',
      code: 'ENAMETOOLONG',
      detail: `the path needs ${needs(short)} bytes, ${LONGEST} is the most`,
    };
  const temporary = beside(short);
  const failure = await bind(server, short, temporary, place);
  if (failure !== undefined) return failure.code === 'ENOENT' ? NO_FOLDER : { ...failure, kind: 'bind' };
  try {
    const file = fs.lstatSync(temporary, { bigint: true });
    const obstacle = await publish(temporary, short, stale);
    if (obstacle === undefined) return { ...listener, close: () => close(server, absolute, file) };
    discard(server, temporary);
    return obstacle;
  } catch (error) {
    discard(server, temporary);
    return causeOfThrown(error);
  }
}

/**
 * Binds a socket, with its mode, and gives it the temporary name. bind(2) makes it with the mode that the umask leaves. The umask
 * belongs to the whole process, whose other threads make files meanwhile, so it stays, and the socket is made where no other
 * user can come. There is no turn of the event loop in between: only a process that is killed leaves the folder behind.
 */
async function bind(
  server: PathListener,
  path: string,
  temporary: string,
  { mode, backlog }: UnixPlace,
): Promise<Cause | undefined> {
  try {
    return await bindIn(makeFolder(path), server, temporary, mode, backlog);
  } catch (error) {
    return causeOfThrown(error);
  }
}

/** Binds a socket in that folder, which is removed again before this returns. */
function bindIn(
  folder: string,
  server: PathListener,
  temporary: string,
  mode: number,
  backlog: number,
): Promise<Cause | undefined> {
  // The runtime removes this name when the server is closed, whatever file has it by then: so it must not be guessable.
  const name = mark(INNER - 1);
  let fd: number | undefined;
  try {
    fd = fs.openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const inside = insideOf(fd, folder);
    return server.listen(join(folder, name), backlog, () => {
      try {
        fs.chmodSync(join(inside, name), mode);
        fs.renameSync(join(inside, name), temporary);
      } catch (error) {
        discard(server, join(folder, name));
        throw error;
      }
    });
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
    remove(fs.rmdirSync, folder);
  }
}

/** Makes a folder beside a path that only this user can enter. */
function makeFolder(path: string): string {
  for (let attempt = 1; ; attempt += 1) {
    const folder = hidden(path, mark(2), LONGEST - INNER);
    try {
      fs.mkdirSync(folder, 0o700);
      return folder;
    } catch (error) {
      if (attempt === ATTEMPTS || causeOfThrown(error).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * A path into the folder with that descriptor, where the system has one: the name of the folder may belong to another file by
 * now, such as a link, if others may write beside it.
 */
function insideOf(fd: number, folder: string): string {
  const { uid, mode } = fs.fstatSync(fd);
  if (uid !== process.geteuid?.() || (mode & 0o077) !== 0)
    throw Object.assign(new Error('the folder made for the socket is open to other users'), { code: 'EACCES' });
  const inside = `/proc/self/fd/${fd}`;
  return fs.existsSync(inside) ? inside : folder;
}

/** Closes a server that failed, and removes its name. */
function discard(server: PathListener, path: string): void {
  server.close();
  remove(fs.unlinkSync, path);
}

/** Removes a file that may be gone already. */
function remove(by: (path: string) => void, path: string): void {
  try {
    by(path);
  } catch {
    // There is no other way to be rid of it.
  }
}

/** Gives the listening socket its path. Returns the cause if that is taken. */
async function publish(temporary: string, path: string, stale: StaleCheck): Promise<Cause | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const free = linked(temporary, path);
    if (free === undefined) return replace(temporary, path, stale);
    if (free) {
      fs.unlinkSync(temporary);
      return undefined;
    }
    const obstacle = await clear(path, temporary, stale);
    if (obstacle !== undefined) return obstacle;
  }
  return IN_USE;
}

/**
 * Gives the listening socket its path where there are no hard links, by rename(2). That replaces any file which took the path
 * since it was checked; there is no other system call between the last check and that.
 */
async function replace(temporary: string, path: string, stale: StaleCheck): Promise<Cause | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = statusOf(path);
    const obstacle = found === undefined ? undefined : await obstacleOf(path, found, stale);
    if (obstacle !== undefined) return obstacle;
    if (found === undefined ? statusOf(path) !== undefined : !isAt(path, found)) continue;
    fs.renameSync(temporary, path);
    return undefined;
  }
  return IN_USE;
}

/** Returns a cause if a file prevents a new socket; a socket that no process holds does not. */
async function obstacleOf(path: string, found: BigIntStats, stale: StaleCheck): Promise<Cause | undefined> {
  if (!found.isSocket()) return { kind: 'bind', code: 'EEXIST', detail: `${kindOf(found)} has that name` };
  return (await stale(path)) ? undefined : IN_USE;
}

/** Removes a socket that no process holds; returns a cause if something else has the path. `own` is a name of this process's socket. */
async function clear(path: string, own: string, stale: StaleCheck): Promise<Cause | undefined> {
  const found = statusOf(path);
  if (found === undefined) return undefined;
  const obstacle = await obstacleOf(path, found, stale);
  if (obstacle !== undefined) return obstacle;
  // If several processes want to remove it, the one whose socket has the name of the claim does; a claim can be stale as well.
  const claim = beside(path, found.ino.toString(36));
  if (linked(own, claim)) {
    try {
      await removeStale(path, found, stale);
    } finally {
      fs.unlinkSync(claim);
    }
  } else {
    const other = statusOf(claim);
    if (other?.isSocket() && (await stale(claim))) await removeStale(claim, other, stale);
  }
  return undefined;
}

async function removeStale(path: string, file: Identity, stale: StaleCheck): Promise<void> {
  const aside = moveAside(path, file);
  if (aside === undefined) return;
  // A socket that did not listen yet at the first check may listen now.
  if (await stale(aside)) fs.unlinkSync(aside);
  else putBack(aside, path);
}

/** Whether a socket file is left over from a process that has ended: a process that holds the socket would not refuse. */
export function isStale(path: string): Promise<boolean> {
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

/** Moves a file aside, but never another one that took its place. Returns its new name if it was moved. */
function moveAside(path: string, file: Identity): string | undefined {
  const aside = beside(path);
  if (!isAt(path, file) || !renamed(path, aside)) return undefined;
  if (isAt(aside, file)) return aside;
  putBack(aside, path);
  return undefined;
}

/** Moves a file back; by link(2) where possible, since rename(2) would replace a new file at the path. Then it keeps its other name. */
function putBack(aside: string, path: string): void {
  const free = linked(aside, path);
  if (free === true) fs.unlinkSync(aside);
  else if (free === undefined && statusOf(path) === undefined) fs.renameSync(aside, path);
}

async function close(server: PathListener, path: string, file: Identity): Promise<void> {
  try {
    const aside = moveAside(path, file);
    if (aside !== undefined) fs.unlinkSync(aside);
  } catch {
    // It cannot be removed any more; the next process that listens there finds that no process holds it.
  }
  await stopListening(server);
}

/** Gives a file one more name. False when something has that already, undefined where there are no hard links. */
function linked(from: string, to: string): boolean | undefined {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = causeOfThrown(error);
    if (code === 'EEXIST') return false;
    if (NO_LINKS.has(code)) return undefined;
    throw error;
  }
}

/** False when the file has gone already. */
function renamed(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to);
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
  return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function kindOf(found: BigIntStats): string {
  if (found.isSymbolicLink()) return 'a symbolic link';
  return found.isDirectory() ? 'a folder' : 'a file that is not a socket';
}

/** How many bytes the longest name takes that a socket with this path ever has. */
function needs(path: string): number {
  return Math.max(Buffer.byteLength(path), Buffer.byteLength(join(dirname(path), '.xx')) + INNER);
}

/** A hidden name in the same folder, which contains that of the file if it is short enough then. */
function beside(path: string, name: string = mark(8)): string {
  return hidden(path, name, LONGEST);
}

function hidden(path: string, name: string, most: number): string {
  const telling = join(dirname(path), `.${basename(path)}.${name}`);
  return Buffer.byteLength(telling) > most ? join(dirname(path), `.${name}`) : telling;
}

/** Random letters and digits. */
function mark(length: number): string {
  return crypto().randomBytes(length).toString('base64url').slice(0, length);
}
