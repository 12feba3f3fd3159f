import type { BigIntStats } from 'node:fs';
import { os } from './late.ts';

const fs = process.getBuiltinModule('node:fs');

/** The last of the descriptors that libuv never closes: 0 to 2. */
export const LAST_STANDARD = 2;

/**
 * What a descriptor is. Node 20 follows the links of a path only as far as that of the latest look at a file in plain numbers is neither pipe nor
 * socket, whatever file that was: an import would then find packages elsewhere. A look in big integers does not count.
 */
export function statusOf(fd: number): BigIntStats {
  try {
    return fs.fstatSync(fd, { bigint: true });
  } catch (error) {
    // Deno does not know the descriptors that the process inherited; the system has a file for each.
    const status = fs.statSync(`/dev/fd/${fd}`, { bigint: true, throwIfNoEntry: false });
    if (status === undefined) throw error;
    return status;
  }
}

/** Whether a descriptor is open, and that of a socket. */
export function isSocket(fd: number): boolean {
  try {
    return statusOf(fd).isSocket();
  } catch {
    return false;
  }
}

/** A row of Linux's table of UNIX sockets: the inode, and the path that the socket is bound to, if it is. */
const ROW = /^(?:\S+ +){6}(\d+) (.*)$/gm;

/** The path that a UNIX socket is bound to, by its descriptor; empty where the system does not tell. */
export function pathOfSocket(fd: number): string {
  try {
    // Deno's fstat knows no descriptor that the process inherited.
    const inode = /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/self/fd/${fd}`))?.[1];
    for (const [, found, path = ''] of fs.readFileSync('/proc/net/unix', 'utf8').matchAll(ROW)) {
      if (found === inode) return path.replace(/^@/, '\0');
    }
  } catch {
    // Only Linux has the table.
  }
  return '';
}

/**
 * Closes one of the descriptors 0 to 2, which libuv leaves open, so that the other side sees it. The null device gets the
 * number: the next file or socket must not become standard input or output.
 */
export function vacate(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // Deno has given it up with its stream, and closes it when the process ends.
  }
  fs.openSync(os().devNull, 'r+');
}
