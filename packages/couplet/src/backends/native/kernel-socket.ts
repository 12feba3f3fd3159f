import type { Socket } from 'node:net';
import type { KernelSocket, PeerCredentials, TcpInfo } from '../../seam/kernel.ts';
import type { Descriptors } from './descriptors.ts';
import {
  CREDENTIALS_BYTES,
  IPPROTO_TCP,
  SO_PEERCRED,
  SOL_SOCKET,
  TCP_INFO,
  TCP_INFO_AT,
  TCP_INFO_BYTES,
  TCP_STATES,
} from './linux.ts';
import type { SystemCalls } from './system-calls.ts';

/** The id of a user where the kernel knows none. */
const NOBODY = 0xffff_ffff;

/** Asks the kernel about a wire: about its descriptor, negative once that is closed. `descriptors` go along with its bytes, where any can. */
export function kernelSocket(
  calls: SystemCalls,
  descriptor: () => number,
  isUnix: boolean,
  descriptors: Descriptors | undefined,
): KernelSocket {
  return {
    peerCredentials: () => (isUnix ? credentialsOf(calls, descriptor()) : undefined),
    tcpInfo: () => (isUnix ? undefined : tcpInfoOf(calls, descriptor())),
    ...(descriptors && {
      sendDescriptor: (fd) => descriptors.add(fd),
      receiveDescriptors: (received) => descriptors.want(received),
    }),
  };
}

/** The descriptor of a socket of Node; negative once that is closed. */
export function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' ? fd : -1;
}

function credentialsOf(calls: SystemCalls, fd: number): PeerCredentials | undefined {
  const known = calls.structure(fd, SOL_SOCKET, SO_PEERCRED, CREDENTIALS_BYTES);
  if (typeof known === 'number') return undefined;
  const [pid, uid, gid] = [known.readInt32LE(0), known.readUInt32LE(4), known.readUInt32LE(8)];
  return uid === NOBODY ? undefined : { pid, uid, gid };
}

function tcpInfoOf(calls: SystemCalls, fd: number): TcpInfo | undefined {
  const info = calls.structure(fd, IPPROTO_TCP, TCP_INFO, TCP_INFO_BYTES);
  if (typeof info === 'number') return undefined;
  const at = TCP_INFO_AT;
  const state = info.readUInt8(at.state);
  return {
    state: TCP_STATES[state - 1] ?? `${state}`,
    roundTripMs: info.readUInt32LE(at.roundTripUs) / 1000,
    roundTripVariationMs: info.readUInt32LE(at.roundTripVariationUs) / 1000,
    retransmitTimeoutMs: info.readUInt32LE(at.retransmitTimeoutUs) / 1000,
    retransmits: info.readUInt32LE(at.retransmits),
    congestionWindow: info.readUInt32LE(at.congestionWindow),
    segmentBytes: info.readUInt32LE(at.segmentBytes),
    unacked: info.readUInt32LE(at.unacked),
    unsentBytes: info.readUInt32LE(at.unsentBytes),
    deliveryRate: Number(info.readBigUInt64LE(at.deliveryRate)),
    lastSentMs: info.readUInt32LE(at.lastSentMs),
    lastReceivedMs: info.readUInt32LE(at.lastReceivedMs),
  };
}
