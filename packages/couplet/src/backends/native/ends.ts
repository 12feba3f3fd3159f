import type { SocketName } from '../../seam/address.ts';
import { nameOfAddress } from './socket-address.ts';
import type { SystemCalls } from './system-calls.ts';

/** What kind of ends a socket has, and their names, which are looked up when they are asked for. */
export interface KernelEnds {
  /** The path of a UNIX socket's listening end, perhaps empty; undefined for TCP. */
  readonly path: string | undefined;
  local(calls: SystemCalls, fd: number): SocketName | undefined;
  peer(calls: SystemCalls, fd: number): SocketName | undefined;
}

/** The ends of a TCP connection. */
export const TCP_ENDS: KernelEnds = {
  path: undefined,
  local: (calls, fd) => nameOr(calls, calls.localAddress(fd)),
  peer: (calls, fd) => nameOr(calls, calls.peerAddress(fd)),
};

/** The ends of a TCP connection whose peer was told when it was accepted. */
export function acceptedEnds(peer: SocketName | undefined): KernelEnds {
  return { ...TCP_ENDS, peer: () => peer };
}

/** The ends of a connection to a UNIX socket, as its server or its client sees them. */
export function unixEnds(path: string, server: boolean): KernelEnds {
  const bound: SocketName = { family: 'UNIX', path };
  const other: SocketName = { family: 'UNIX', path: '' };
  return { path, local: () => (server ? bound : other), peer: () => (server ? other : bound) };
}

/** The same ends of an inherited socket, with other names than the system knows. */
export function inheritedEnds(
  ends: KernelEnds,
  local: SocketName | undefined,
  peer: SocketName | undefined,
): KernelEnds {
  return {
    path: ends.path,
    local: (calls, fd) => local ?? ends.local(calls, fd),
    peer: (calls, fd) => peer ?? ends.peer(calls, fd),
  };
}

function nameOr(calls: SystemCalls, address: Uint8Array | number): SocketName | undefined {
  return typeof address === 'number' ? undefined : nameOfAddress(calls, address);
}
