import type { SocketName } from '../../seam/address.ts';
import { inetName } from '../node/socket-wire.ts';
import type { BunSocket } from './bun-sockets.ts';

/** What kind of ends a socket has, and their names, which are looked up when they are asked for. */
export interface SocketEnds {
  readonly kind: 'tcp' | 'unix' | 'input' | 'output';
  local(socket: BunSocket): SocketName | undefined;
  peer(socket: BunSocket): SocketName | undefined;
}

/** The ends of a TCP connection. */
export const TCP_ENDS: SocketEnds = {
  kind: 'tcp',
  local: ({ localAddress, localPort, localFamily }) => inetName(localAddress, localPort, localFamily),
  peer: ({ remoteAddress, remotePort, remoteFamily }) => inetName(remoteAddress, remotePort, remoteFamily),
};

/** The ends of a connection to a UNIX socket, as its server or its client sees them. */
export function unixEnds(path: string, server: boolean): SocketEnds {
  const bound: SocketName = { family: 'UNIX', path };
  const other: SocketName = { family: 'UNIX', path: '' };
  return { kind: 'unix', local: () => (server ? bound : other), peer: () => (server ? other : bound) };
}

/** The ends of the input, or of an output, of a child process. */
export function pipeEnds(kind: 'input' | 'output'): SocketEnds {
  const name: SocketName = { family: 'PIPE' };
  return { kind, local: () => name, peer: () => name };
}
