import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Settled } from '../../seam/streams.ts';
import type { Wire } from '../../seam/wire.ts';
import { type DescriptorPlace, NOT_CONNECTED } from '../node/adopt.ts';
import { isSocket, pathOfSocket } from '../node/descriptor.ts';
import type { BunRuntime, BunSocket } from './bun-sockets.ts';
import { type SocketEnds, TCP_ENDS } from './ends.ts';
import { giveUp } from './inherited.ts';
import { duplicate } from './libc.ts';
import { openSocket } from './open-socket.ts';
import { seat } from './seat.ts';

const NO_SOCKET: Cause = { kind: 'other', code: '', detail: 'the runtime does not open the socket' };

/** Makes a wire of an inherited socket. False if that is for Node's streams: it is a pipe or a terminal, or cannot be duplicated. */
export function adoptSocket(bun: BunRuntime, place: DescriptorPlace, settled: Settled<Wire>): boolean {
  const { fd } = place;
  if (!isSocket(fd)) return false;
  const near = duplicate(fd);
  if (typeof near !== 'number') return false;
  const path = pathOfSocket(fd);
  // Bun would close 0 to 2 like any other, and the next file would get the number.
  giveUp(fd);
  const socket = openSocket(bun, near);
  if (socket === undefined) {
    settled.onFailed(NO_SOCKET);
    return true;
  }
  const ends = endsOf(socket, path, place);
  if (ends.kind === 'tcp' && socket.remoteAddress === undefined) {
    socket.close();
    settled.onFailed(NOT_CONNECTED);
    return true;
  }
  seat(socket, ends, (wire) => settled.onReady(wire));
  return true;
}

/** The ends of an adopted socket, which may have other names than the system knows. */
function endsOf(socket: BunSocket, path: string, { local, peer }: DescriptorPlace): SocketEnds {
  if (socket.localAddress !== undefined)
    return {
      kind: 'tcp',
      local: (named) => local ?? TCP_ENDS.local(named),
      peer: (named) => peer ?? TCP_ENDS.peer(named),
    };
  const own: SocketName = local ?? { family: 'UNIX', path };
  const other: SocketName = peer ?? { family: 'UNIX', path: '' };
  return { kind: 'unix', local: () => own, peer: () => other };
}
