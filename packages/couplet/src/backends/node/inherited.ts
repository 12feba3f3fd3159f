import type { Server } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import { statusOf } from './descriptor.ts';
import { startListening, stopListening } from './server.ts';

/** Why a port cannot listen on an inherited descriptor on which another one of the process does. */
export const IN_USE: Cause = { kind: 'other', code: 'EEXIST', detail: 'this process already uses it' };

/** The inherited descriptors on which ports of this process listen, where the sockets are not those of `node:net`. */
export const used: Set<number> = new Set();

/** What is used of the runtime's own object behind a server. It is not documented, so it is looked at before it is used. */
export interface Handle {
  listen(backlog: number): unknown;
  readStart(): unknown;
  readStop(): unknown;
}

/**
 * The servers that keep an inherited socket without accepting, by its descriptor. The runtime has no way to duplicate a
 * descriptor, and closes it with its server: so the server stays for good, and the next port of that descriptor gets it.
 */
const suspended: Map<number, Server> = new Map();

/** Returns the server that keeps the socket of a descriptor, without its former port; undefined if none does. */
export function keeperOf(fd: number): Server | undefined {
  return suspended.get(fd)?.removeAllListeners();
}

/** Makes a server listen on a descriptor, or go on if it kept the socket. Resolves to the cause if that fails. */
export async function listenInherited(server: Server, fd: number, backlog: number): Promise<Cause | undefined> {
  if (suspended.get(fd) === server) {
    suspended.delete(fd);
    const failure = handleOf(server)?.listen(backlog);
    if (failure === 0) return undefined;
    server.close();
    return { kind: 'other', code: '', detail: `it cannot be listened on again (${failure})` };
  }
  return startListening(server, () => {
    if (!statusOf(fd).isSocket()) throw new Error('it is not a socket');
    server.listen({ fd, backlog });
  });
}

/** Whether a server can be suspended on this runtime. */
export function canSuspend(server: Server): boolean {
  return handleOf(server) !== undefined;
}

/**
 * Stops a server from accepting, and keeps its socket. libuv begins to read from a listening socket if it is asked to, and to
 * cease reading is to cease waiting for connections; listen(2) begins that again. There are no events in between.
 */
export async function suspend(server: Server, fd: number): Promise<void> {
  const handle = handleOf(server);
  const stopped = handle?.readStart() === 0 && handle.readStop() === 0;
  if (stopped) suspended.set(fd, server);
  else await stopListening(server);
}

function handleOf(server: Server): Handle | undefined {
  const handle: unknown = Reflect.get(server, '_handle');
  return isHandle(handle) ? handle : undefined;
}

/** Whether something is such an object. */
export function isHandle(handle: unknown): handle is Handle {
  if (typeof handle !== 'object' || handle === null) return false;
  return ['listen', 'readStart', 'readStop'].every((name) => typeof Reflect.get(handle, name) === 'function');
}
