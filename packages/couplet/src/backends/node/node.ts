import type { ListenOptions, NetConnectOpts, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { HostAddress, SocketName } from '../../seam/address.ts';
import type { Backend, Resolver } from '../../seam/backend.ts';
import type { Cause } from '../../seam/cause.ts';
import type { ClockFacet } from '../../seam/clock.ts';
import type { Processes } from '../../seam/processes.ts';
import type { ConnectPlace, Listener, ListenPlace, ListenSink, Settled, Streams } from '../../seam/streams.ts';
import type { Surroundings } from '../../seam/surroundings.ts';
import type { TlsClientSettings, TlsServerSettings } from '../../seam/tls.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import type { NodeTlsContext } from '../tls/context.ts';
import { contextOf, contextOrCause } from '../tls/context.ts';
import { adopt } from './adopt.ts';
import { askAgain } from './again.ts';
import { causeOf, causeOfAttempt, causeOfThrown } from './cause.ts';
import { clock } from './clock.ts';
import { LAST_STANDARD, pathOfSocket, vacate } from './descriptor.ts';
import { canSuspend, keeperOf, listenInherited, suspend } from './inherited.ts';
import { whyNotShared } from './reuse.ts';
import { pathListener, startListening, stopListening } from './server.ts';
import { SOCKET_OPTIONS, SocketWire } from './socket-wire.ts';
import { spawn } from './spawn.ts';
import { connectStdio, listenStdio } from './stdio.ts';
import { surroundings } from './surroundings.ts';
import { listenUNIX } from './unix.ts';

const { lookup } = process.getBuiltinModule('node:dns/promises');

/** A place to listen at that is not a file. */
type SocketPlace = Extract<ListenPlace, { kind: 'tcp' | 'fd' }>;
export type TcpPlace = Extract<ListenPlace, { kind: 'tcp' }>;
export type InheritedPlace = Extract<ListenPlace, { kind: 'fd' }>;
/** A place to connect to that is not a file. */
export type DialPlace = Exclude<ConnectPlace, { kind: 'stdio' }>;

/** Listens; `served` is called with the server of the runtime when it does. */
export async function listen(
  place: ListenPlace,
  sink: ListenSink,
  served: (server: Server) => void = () => {},
): Promise<Listener | Cause> {
  if (place.kind === 'stdio') return listenStdio(sink);
  let path = place.kind === 'unix' ? place.path : undefined;
  const pauseOnConnect = place.paused === true;
  const kept = place.kind === 'fd' ? keeperOf(place.fd) : undefined;
  const server = Object.assign(kept ?? createServer(SOCKET_OPTIONS), { pauseOnConnect });
  server.on('connection', (socket) => {
    // To look for the peer is a system call.
    if (path === undefined && place.asked === true && socket.remoteAddress === undefined) {
      discard(socket);
      return;
    }
    const wire = new SocketWire(socket, path, true);
    seat(wire, socket, sink.onAccepted(wire));
  });
  const listener = await (place.kind === 'unix'
    ? listenUNIX(pathListener(server), place)
    : listenSocket(server, place));
  if ('kind' in listener) return listener;
  if (listener.name.family === 'UNIX') path = listener.name.path;
  server.on('error', (error) => sink.onAcceptFailed(causeOf(error)));
  served(server);
  return listener;
}

function connectTo(place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void } {
  if (place.kind === 'stdio') return connectStdio(attempt);
  let failing: NodeJS.Immediate | undefined;
  let again: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;
  // The runtime reports an immediate failure before any other event; a program that then tries again would hold up all others.
  const failed = (error: unknown): void => {
    if (isFull(error, place)) again = askAgain(begin);
    else failing = setImmediate(() => attempt.onFailed(causeOfAttempt(causeOfThrown(error), isBound(place))));
  };
  const begin = (): void => {
    try {
      const begun = connect(optionsOf(place));
      socket = begun;
      begun.on('error', failed);
      begun.once('connect', () => {
        begun.off('error', failed);
        const wire = new SocketWire(begun, place.kind === 'unix' ? place.path : undefined, false);
        seat(wire, begun, attempt.onReady(wire));
      });
    } catch (error) {
      failed(error);
    }
  };
  begin();
  return {
    cancel: () => {
      clearImmediate(failing);
      clearTimeout(again);
      socket?.removeAllListeners('connect');
      socket?.off('error', failed);
      socket?.on('error', () => {});
      socket?.destroy();
    },
  };
}

function tlsContext(settings: TlsServerSettings | TlsClientSettings): NodeTlsContext | Cause {
  return contextOrCause(() => contextOf(settings));
}

async function resolve(host: string): Promise<readonly HostAddress[] | Cause> {
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    return found.map(({ address, family }) => ({ family: family === 6 ? 'IPv6' : 'IPv4', host: address }));
  } catch (error) {
    // A host that the runtime does not accept as a name throws an error of another kind.
    return { ...causeOfThrown(error), kind: 'lookup' };
  }
}

/** The backend of Node and compatible runtimes, on `node:net`, `node:tls` and `node:child_process`. `new Reactor(new NodeBackend())` is a reactor of its own. */
export class NodeBackend implements Backend {
  readonly name = 'node';
  readonly clock: ClockFacet = clock();
  readonly streams: Streams = { listen: (place, sink) => listen(place, sink), connect: connectTo, adopt, tlsContext };
  readonly names: Resolver = { resolve };
  readonly surroundings: Surroundings = surroundings;
  readonly processes: Processes = { spawn };
  readonly sibling = (): Backend => new NodeBackend();
}

/** Gives a new wire its sink, or closes its socket if there is none. */
function seat(wire: SocketWire, socket: Socket, sink: Sink | null): void {
  if (sink === null) discard(socket);
  else wire.attach(sink);
}

/** Closes a socket that was refused, or that its peer reset before it was accepted: then the system has no address of the peer. */
function discard(socket: Socket): void {
  socket.on('error', () => {});
  socket.destroy();
}

/** Whether the backlog of a UNIX socket's listener is full (connect(2)). The system reports this at once, where TCP would wait. */
function isFull(error: unknown, { kind }: ConnectPlace): boolean {
  return kind === 'unix' && causeOfThrown(error).code === 'EAGAIN';
}

/** Whether the attempt has a local address or port. */
export function isBound(place: ConnectPlace): boolean {
  return place.kind === 'tcp' && (place.localHost !== undefined || place.localPort !== undefined);
}

async function listenSocket(server: Server, place: SocketPlace): Promise<Listener | Cause> {
  const { backlog } = place;
  const unable = place.kind === 'tcp' ? whyNotShared(place) : undefined;
  if (unable !== undefined) return { kind: 'bind', code: 'ENOTSUP', detail: unable };
  const failure = await (place.kind === 'fd'
    ? listenInherited(server, place.fd, backlog)
    : startListening(server, () => server.listen(listenOptionsOf(place))));
  // libuv accepts a descriptor once.
  if (failure?.code === 'EEXIST') return { ...failure, detail: 'this process already uses it' };
  if (failure !== undefined) return failure;
  const listener = { name: nameOf(server, place), close: () => stopListening(server) };
  if (place.kind !== 'fd') return listener;
  const { fd } = place;
  return {
    ...listener,
    // libuv never closes these.
    ...(fd <= LAST_STANDARD && { close: () => listener.close().then(() => vacate(fd)) }),
    ...(canSuspend(server) && { suspend: () => suspend(server, fd) }),
  };
}

function listenOptionsOf({ host, port, backlog, ipv6Only = false, reusePort = false }: TcpPlace): ListenOptions {
  return { host, port, backlog, ipv6Only, reusePort };
}

function nameOf(server: Server, place: SocketPlace): SocketName {
  const address = server.address();
  // Bun tells an address of nothing for an inherited UNIX socket.
  if (address !== null && typeof address === 'object' && Number.isInteger(address.port))
    return { family: address.family === 'IPv6' ? 'IPv6' : 'IPv4', host: address.address, port: address.port };
  // The runtime does not tell the path of an inherited UNIX socket.
  return { family: 'UNIX', path: place.kind === 'fd' ? (place.path ?? pathOfSocket(place.fd)) : '' };
}

function optionsOf(place: DialPlace): NetConnectOpts {
  if (place.kind === 'unix') return { ...SOCKET_OPTIONS, path: place.path };
  const { host, port, localHost, localPort } = place;
  return {
    ...SOCKET_OPTIONS,
    host,
    port,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
    ...(localPort === undefined ? {} : { localPort }),
  };
}
