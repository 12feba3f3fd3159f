import type { Settled } from '../../seam/streams.ts';
import type { Wire } from '../../seam/wire.ts';
import { type DescriptorPlace, NOT_CONNECTED } from '../node/adopt.ts';
import { isSocket, LAST_STANDARD, pathOfSocket } from '../node/descriptor.ts';
import { inheritedEnds, TCP_ENDS, unixEnds } from './ends.ts';
import { causeOfErrno } from './errno.ts';
import type { LinuxKernel } from './kernel.ts';
import { KernelWire } from './kernel-wire.ts';
import { SO_TYPE, SOCK_STREAM, SOL_SOCKET } from './linux.ts';
import { nameOfAddress } from './socket-address.ts';

/** Makes a wire of an inherited socket. False if that is for Node's streams: it is a pipe, a terminal, or a standard one. */
export function adoptSocket(kernel: LinuxKernel, place: DescriptorPlace, settled: Settled<Wire>): boolean {
  const { calls } = kernel;
  const { fd } = place;
  if (fd <= LAST_STANDARD || !isSocket(fd) || calls.option(fd, SOL_SOCKET, SO_TYPE) !== SOCK_STREAM) return false;
  const address = calls.localAddress(fd);
  const name = typeof address === 'number' ? undefined : nameOfAddress(calls, address);
  if (name === undefined) return false;
  const isUnix = name.family === 'UNIX';
  if (!isUnix && typeof calls.peerAddress(fd) === 'number') {
    calls.close(fd);
    settled.onFailed(NOT_CONNECTED);
    return true;
  }
  const blocks = calls.unblock(fd);
  if (blocks < 0) {
    settled.onFailed(causeOfErrno(blocks));
    return true;
  }
  const ends = isUnix ? unixEnds(pathOfSocket(fd), true) : TCP_ENDS;
  const wire = new KernelWire(kernel, fd, inheritedEnds(ends, place.local, place.peer), false);
  // Who handed it over may hold the same socket.
  kernel.readiness.share(fd);
  wire.attach(settled.onReady(wire));
  return true;
}
