import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Server, type Socket } from 'node:net';

/** A row of Linux's table of UNIX sockets: the inode, and the path that the socket is bound to. */
const UNIX_ROW = /^(?:\S+ +){5}(\d\d) +(\d+) (.*)$/gm;
/** A row of Linux's table of TCP sockets on IPv4: the two ports, and the inode. */
const TCP_ROW = /^ *\d+: [\dA-F]{8}:([\dA-F]{4}) [\dA-F]{8}:([\dA-F]{4})(?: +\S+){6} +(\d+)/gm;
const LISTENING = '01';

/** The descriptor of a server or socket, which may be bound to a path: no interface of the runtime's tells it, but it is there. */
export function descriptorOf(server: Server | Socket, path?: string): number {
  const handle: unknown = Reflect.get(server, '_handle');
  assert.ok(typeof handle === 'object' && handle !== null);
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' ? fd : descriptorOfInode(inodeOf(server, path));
}

/** Deno does not know the descriptor, but the system does. */
function inodeOf(server: Server | Socket, path: string | undefined): string {
  const address = server.address();
  if (server instanceof Server && typeof address === 'string') return inodeOfPath(address, true);
  if (path !== undefined) return inodeOfPath(path, false);
  assert.ok(address !== null && typeof address === 'object' && 'port' in address);
  const remote = server instanceof Server ? 0 : server.remotePort;
  for (const [, local, other, inode = ''] of readFileSync('/proc/net/tcp', 'utf8').matchAll(TCP_ROW))
    if (Number.parseInt(`${local}`, 16) === address.port && Number.parseInt(`${other}`, 16) === remote) return inode;
  throw new Error(`no socket has the port ${address.port}`);
}

function inodeOfPath(path: string, listens: boolean): string {
  for (const [, state, inode = '', bound] of readFileSync('/proc/net/unix', 'utf8').matchAll(UNIX_ROW))
    if (bound === path && (state === LISTENING) === listens) return inode;
  throw new Error(`no socket is bound to ${path}`);
}

function descriptorOfInode(inode: string): number {
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${name}`) === `socket:[${inode}]`) return Number(name);
    } catch {
      // The one that lists the folder is gone.
    }
  }
  throw new Error(`no descriptor is that of the socket ${inode}`);
}
