import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import type { SocketName } from '../../seam/address.ts';
import type { AdoptPlace } from '../../seam/adopt.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Settled } from '../../seam/streams.ts';
import type { Wire } from '../../seam/wire.ts';
import { causeOfThrown } from './cause.ts';
import { LAST_STANDARD, pathOfSocket, statusOf, vacate } from './descriptor.ts';
import { DuplexWire } from './duplex-wire.ts';
import { SOCKET_OPTIONS, SocketWire } from './socket-wire.ts';

const stream = process.getBuiltinModule('node:stream');

export type DescriptorPlace = Extract<AdoptPlace, { fd: number }>;

const PIPE: SocketName = { family: 'PIPE' };
const NO_STREAM: Cause = { kind: 'other', code: '', detail: 'it is not a socket, a pipe or a terminal' };
export const NOT_CONNECTED: Cause = { kind: 'other', code: 'ENOTCONN', detail: 'the socket is not connected' };
const NO_DUPLEX: Cause = { kind: 'other', code: '', detail: 'it is not a Duplex of node:stream' };
const READ: Cause = { kind: 'other', code: 'EBUSY', detail: 'something else reads the stream' };
const DESTROYED: Cause = { kind: 'reset', code: '', detail: 'the stream was destroyed' };

/** A socket whose ends have names that its system does not know, or need not. */
class NamedWire extends SocketWire {
  readonly #local: SocketName | undefined;
  readonly #peer: SocketName | undefined;

  constructor(socket: Socket, path: string | undefined, local: SocketName | undefined, peer: SocketName | undefined) {
    super(socket, path, true);
    this.#local = local;
    this.#peer = peer;
  }

  override get local(): SocketName | undefined {
    return this.#local ?? super.local;
  }

  override get peer(): SocketName | undefined {
    return this.#peer ?? super.peer;
  }
}

/** Makes a wire of a descriptor or of a stream of `node:stream`: the `adopt` of the seam. */
export function adopt(place: AdoptPlace, settled: Settled<Wire>): void {
  if ('duplex' in place) adoptDuplex(place.duplex, place, settled);
  else setImmediate(() => adoptDescriptor(place.fd, place, settled));
}

function adoptDuplex(duplex: unknown, { local, peer }: AdoptPlace, settled: Settled<Wire>): void {
  if (!(duplex instanceof stream.Duplex)) {
    setImmediate(() => settled.onFailed(NO_DUPLEX));
    return;
  }
  setImmediate(() => {
    const cause = whyUnusable(duplex);
    if (cause !== undefined) {
      settled.onFailed(cause);
      return;
    }
    const wire = new DuplexWire(duplex, local, peer);
    const sink = settled.onReady(wire);
    if (sink === null) duplex.destroy();
    else wire.attach(sink);
  });
}

/** Why a stream cannot be adopted any more. */
function whyUnusable(duplex: Duplex): Cause | undefined {
  if (duplex.errored !== null) return causeOfThrown(duplex.errored);
  if (duplex.destroyed) return DESTROYED;
  return duplex.readableFlowing === true || duplex.listenerCount('readable') > 0 ? READ : undefined;
}

function adoptDescriptor(fd: number, { local, peer }: AdoptPlace, settled: Settled<Wire>): void {
  const socket = openSocket(fd);
  if ('kind' in socket) {
    settled.onFailed(socket);
    return;
  }
  socket.on('error', () => {});
  // libuv never closes these.
  if (fd <= LAST_STANDARD) socket.once('close', () => vacate(fd));
  const inet = socket.localAddress !== undefined;
  if (inet && socket.remoteAddress === undefined) {
    socket.destroy();
    settled.onFailed(NOT_CONNECTED);
    return;
  }
  const unix = !inet && statusOf(fd).isSocket();
  const name = inet || unix ? undefined : PIPE;
  const wire = new NamedWire(socket, pathOf(fd, inet, unix), local ?? name, peer ?? name);
  const sink = settled.onReady(wire);
  if (sink === null) socket.destroy();
  else wire.attach(sink);
}

/** The path of a UNIX socket, if it has one; undefined for TCP. */
function pathOf(fd: number, inet: boolean, unix: boolean): string | undefined {
  if (inet) return undefined;
  return unix ? pathOfSocket(fd) : '';
}

function openSocket(fd: number): Socket | Cause {
  try {
    if (isatty(fd)) return new ReadStream(fd);
    const status = statusOf(fd);
    return status.isSocket() || status.isFIFO() ? new Socket({ ...SOCKET_OPTIONS, fd }) : NO_STREAM;
  } catch (error) {
    return causeOfThrown(error);
  }
}
