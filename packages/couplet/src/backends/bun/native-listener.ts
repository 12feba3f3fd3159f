import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Listener, ListenSink } from '../../seam/streams.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import type { TcpPlace } from '../node/node.ts';
import type { PathListener } from '../node/server.ts';
import { stopListening } from '../node/server.ts';
import { inetName } from '../node/socket-wire.ts';
import type { UnixPlace } from '../node/unix.ts';
import { isStale as isRefused, listenUNIX } from '../node/unix.ts';
import type { BunEvents, BunListener, BunPlace, BunRuntime, BunSocket } from './bun-sockets.ts';
import { HANDLERS } from './bun-sockets.ts';
import { causeOfBun } from './cause.ts';
import { type SocketEnds, TCP_ENDS, unixEnds } from './ends.ts';
import { connectPath, setBacklog } from './libc.ts';
import { seat } from './seat.ts';
import { isSpare, NO_DESCRIPTORS } from './spare.ts';

const fs = process.getBuiltinModule('node:fs');

/** Listens on a TCP port. Resolves to the cause if that fails. */
export async function listenTCP(bun: BunRuntime, place: TcpPlace, sink: ListenSink): Promise<Listener | Cause> {
  const { host, port, backlog, ipv6Only = false, reusePort = false } = place;
  const listener = new NativeListener(bun, sink, '', place.asked === true);
  const failure = listener.open({ hostname: host, port, ipv6Only, reusePort, exclusive: !reusePort }, backlog);
  return failure ?? { name: listener.name, close: () => stopListening(listener) };
}

/** Listens on a UNIX socket. Resolves to the cause if that fails. */
export async function listenPath(bun: BunRuntime, place: UnixPlace, sink: ListenSink): Promise<Listener | Cause> {
  return listenUNIX(new NativeListener(bun, sink, place.path), place, isStale);
}

/** A listening socket of Bun, which makes wires of the sockets that it accepts. */
export class NativeListener implements PathListener, BunEvents {
  readonly #bun: BunRuntime;
  readonly #sink: ListenSink;
  /** Made once, not for each connection. */
  readonly #take = (wire: Wire): Sink | null => this.#sink.onAccepted(wire);
  /** The path of a UNIX socket. */
  readonly #path: string;
  /** Whether the peer of an accepted socket must be known; a UNIX socket's has no name. */
  #asked: boolean;
  #ends: SocketEnds = TCP_ENDS;
  #listener: BunListener | undefined;

  constructor(bun: BunRuntime, sink: ListenSink, path: string, asked = false) {
    this.#bun = bun;
    this.#sink = sink;
    this.#path = path;
    this.#asked = asked;
  }

  /** Listens. Returns the cause if that fails. */
  open(place: Omit<BunPlace, 'allowHalfOpen' | 'socket' | 'data'>, backlog: number): Cause | undefined {
    try {
      const listener = this.#bun.listen({ ...place, allowHalfOpen: true, socket: HANDLERS, data: this });
      this.#listener = listener;
      if (this.name.family === 'UNIX') {
        this.#ends = unixEnds(this.#path, true);
        this.#asked = false;
      }
      const limit = setBacklog(listener.fd, backlog);
      // It listens nevertheless.
      if (limit !== undefined) process.nextTick(() => this.#sink.onAcceptFailed(limit));
      return undefined;
    } catch (error) {
      return causeOfBun(error);
    }
  }

  /** What it is bound to. */
  get name(): SocketName {
    const name: { address?: string; port?: number; family?: string } = {};
    this.#listener?.getsockname(name);
    return inetName(name.address, name.port, name.family) ?? { family: 'UNIX', path: this.#path };
  }

  async listen(path: string, backlog: number, bound: () => void): Promise<Cause | undefined> {
    const failure = this.open({ unix: path }, backlog);
    if (failure !== undefined) return failure;
    try {
      bound();
      return undefined;
    } catch (error) {
      return causeOfBun(error);
    }
  }

  close(): void {
    this.#listener?.stop();
    this.#listener = undefined;
  }

  onOpen(socket: BunSocket): void {
    if (isSpare(socket.fd)) {
      socket.close();
      this.#sink.onAcceptFailed(NO_DESCRIPTORS);
      return;
    }
    // To look for the peer is a system call.
    if (this.#listener === undefined || (this.#asked && socket.remoteAddress === undefined)) {
      socket.close();
      return;
    }
    seat(socket, this.#ends, this.#take);
  }

  // Only a socket that was refused.
  onChunk(): void {}
  onEnd(): void {}
  onDrain(): void {}
  onClose(): void {}
}

/** Whether a socket file is left over from a process that has ended. Bun says so of one whose process is too busy to accept, too. */
async function isStale(path: string): Promise<boolean> {
  if (!(await isRefused(path))) return false;
  const outcome = connectPath(path);
  if (typeof outcome === 'number') fs.closeSync(outcome);
  return outcome === undefined || outcome === 'ECONNREFUSED' || outcome === 'ENOENT';
}
