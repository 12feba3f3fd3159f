import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Listener, ListenPlace, ListenSink } from '../../seam/streams.ts';
import { isSocket, LAST_STANDARD, pathOfSocket } from '../node/descriptor.ts';
import { IN_USE, used } from '../node/inherited.ts';
import type { InheritedPlace, TcpPlace } from '../node/node.ts';
import type { PathListener } from '../node/server.ts';
import { stopListening } from '../node/server.ts';
import { listenUNIX, type UnixPlace } from '../node/unix.ts';
import { acceptedEnds, type KernelEnds, TCP_ENDS, unixEnds } from './ends.ts';
import { causeOfErrno } from './errno.ts';
import type { LinuxKernel } from './kernel.ts';
import { KernelWire } from './kernel-wire.ts';
import {
  AF_INET6,
  AF_UNIX,
  EAGAIN,
  EINTR,
  EINVAL,
  EMFILE,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  EPOLLIN,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
} from './linux.ts';
import { NO_DESCRIPTOR, UNWATCHED, type Watched } from './readiness.ts';
import { familyOf, nameOfAddress, unixAddress } from './socket-address.ts';
import { settle } from './turns.ts';

/** How many connections are accepted before other descriptors have their turn. */
const MOST_IN_A_TURN = 64;
/**
 * The errors of accept(2) that come again at once: there is no room, or another process has shut the socket down. Any other one is about the
 * connection that would have been accepted.
 */
const LASTING: ReadonlySet<number> = new Set([EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL]);
/** How soon accepting is tried again, and how often at most its failure is told, in milliseconds. */
const AGAIN = 100;
const TOLD_EACH = 1000;

/** Listens on a TCP port. Resolves to the cause if that fails. */
export async function listenTCP(kernel: LinuxKernel, place: TcpPlace, sink: ListenSink): Promise<Listener | Cause> {
  const listener = new KernelListener(kernel, sink, place);
  const failure = listener.openTCP(place);
  return failure ?? { name: listener.name, close: () => stopListening(listener) };
}

/** Listens on a UNIX socket. Resolves to the cause if that fails. */
export function listenPath(kernel: LinuxKernel, place: UnixPlace, sink: ListenSink): Promise<Listener | Cause> {
  return listenUNIX(new KernelListener(kernel, sink, place, place.path), place);
}

/** Whether a place is that of a socket here; the runtime has a way of its own for the descriptors that libuv never closes. */
export function isInherited(place: ListenPlace): place is InheritedPlace {
  return place.kind === 'fd' && place.fd > LAST_STANDARD && isSocket(place.fd);
}

/** Listens on an inherited socket. Resolves to the cause if that fails. */
export async function listenInherited(
  kernel: LinuxKernel,
  place: InheritedPlace,
  sink: ListenSink,
): Promise<Listener | Cause> {
  const { fd, backlog } = place;
  if (used.has(fd)) return IN_USE;
  const listener = new KernelListener(kernel, sink, place, place.path ?? pathOfSocket(fd));
  const failure = listener.openInherited(fd, backlog);
  if (failure !== undefined) return failure;
  used.add(fd);
  const { name } = listener;
  return {
    name,
    close: () => {
      used.delete(fd);
      return stopListening(listener);
    },
    suspend: () => {
      used.delete(fd);
      return stopListening({ close: () => listener.suspend() });
    },
  };
}

/** A listening socket of the kernel, which makes wires of the sockets that it accepts. */
class KernelListener implements PathListener, Watched {
  fd: number = NO_DESCRIPTOR;
  interest: number = UNWATCHED;
  serial: number = 0;
  readonly #kernel: LinuxKernel;
  readonly #sink: ListenSink;
  readonly #paused: boolean;
  /** Whether the peer of an accepted socket must be known; a UNIX socket's has no name. */
  #asked: boolean;
  /** The path of a UNIX socket. */
  readonly #path: string;
  #ends: KernelEnds = TCP_ENDS;
  #again: NodeJS.Timeout | undefined;
  /** When a failure was told. */
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    kernel: LinuxKernel,
    sink: ListenSink,
    { paused, asked }: Pick<ListenPlace, 'paused' | 'asked'>,
    path = '',
  ) {
    this.#kernel = kernel;
    this.#sink = sink;
    this.#paused = paused === true;
    this.#asked = asked === true;
    this.#path = path;
  }

  /** Listens on a TCP port. Returns the cause if that fails. */
  openTCP({ host, port, backlog, ipv6Only = false, reusePort = false }: TcpPlace): Cause | undefined {
    const { calls } = this.#kernel;
    const address = calls.inetAddress(host, port);
    if (typeof address === 'number') return causeOfErrno(address, 'bind');
    const family = familyOf(host);
    return this.#open(family, (fd) => {
      calls.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      if (family === AF_INET6) calls.setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only ? 1 : 0);
      if (reusePort) calls.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
      const result = calls.bind(fd, address);
      return result < 0 ? result : calls.listen(fd, backlog);
    });
  }

  async listen(path: string, backlog: number, bound: () => void): Promise<Cause | undefined> {
    const { calls } = this.#kernel;
    const failure = this.#open(AF_UNIX, (fd) => {
      const result = calls.bind(fd, unixAddress(path));
      return result < 0 ? result : calls.listen(fd, backlog);
    });
    if (failure === undefined) bound();
    return failure;
  }

  #open(family: number, bind: (fd: number) => number): Cause | undefined {
    const { calls } = this.#kernel;
    const fd = calls.socket(family, SOCK_STREAM);
    if (fd < 0) return causeOfErrno(fd);
    const result = bind(fd);
    if (result < 0) {
      calls.close(fd);
      return causeOfErrno(result, 'bind');
    }
    return this.#begin(fd);
  }

  /** Listens on a socket that is bound already. */
  openInherited(fd: number, backlog: number): Cause | undefined {
    const { calls } = this.#kernel;
    const blocks = calls.unblock(fd);
    if (blocks < 0) return causeOfErrno(blocks);
    const result = calls.listen(fd, backlog);
    return result < 0 ? causeOfErrno(result) : this.#begin(fd);
  }

  #begin(fd: number): Cause | undefined {
    this.fd = fd;
    if (this.name.family === 'UNIX') {
      this.#ends = unixEnds(this.#path, true);
      this.#asked = false;
    }
    const { readiness } = this.#kernel;
    readiness.open(this);
    const failure = readiness.wait(this, EPOLLIN);
    if (failure === 0) return undefined;
    this.close();
    return causeOfErrno(failure);
  }

  /** What it is bound to. */
  get name(): SocketName {
    const { calls } = this.#kernel;
    const address = calls.localAddress(this.fd);
    const name = typeof address === 'number' ? undefined : nameOfAddress(calls, address);
    return name === undefined || name.family === 'UNIX' ? { family: 'UNIX', path: this.#path } : name;
  }

  /** Stops accepting, and keeps the socket. */
  suspend(): void {
    clearTimeout(this.#again);
    this.#kernel.readiness.leave(this);
    this.fd = NO_DESCRIPTOR;
  }

  close(): void {
    const { fd } = this;
    if (fd === NO_DESCRIPTOR) return;
    this.suspend();
    this.#kernel.calls.close(fd);
  }

  onReady(): void {
    for (let accepted = 0; accepted < MOST_IN_A_TURN && this.fd !== NO_DESCRIPTOR; accepted += 1) {
      const fd = this.#kernel.calls.accept(this.fd, this.#asked);
      if (fd >= 0) {
        this.#seat(fd);
        settle();
      } else if (fd === -EAGAIN) return;
      else if (LASTING.has(-fd)) {
        this.#rest(causeOfErrno(fd));
        return;
      } else if (fd !== -EINTR) this.#tell(causeOfErrno(fd));
    }
  }

  #seat(fd: number): void {
    const { calls } = this.#kernel;
    // Later the kernel would not know a peer that has reset the connection, though it still has the bytes.
    const ends = this.#asked ? acceptedEnds(nameOfAddress(calls, calls.told)) : this.#ends;
    const wire = new KernelWire(this.#kernel, fd, ends, this.#paused);
    wire.attach(this.#sink.onAccepted(wire));
  }

  /** Waits until there may be room for a connection: those that wait, or a socket that is shut down, would be told again and again. */
  #rest(cause: Cause): void {
    const { readiness } = this.#kernel;
    readiness.wait(this, UNWATCHED);
    this.#again = setTimeout(() => {
      const result = readiness.wait(this, EPOLLIN);
      if (result < 0) this.#rest(causeOfErrno(result, 'epoll_ctl'));
    }, AGAIN);
    this.#tell(cause);
  }

  #tell(cause: Cause): void {
    const now = performance.now();
    if (now - this.#toldAt < TOLD_EACH) return;
    this.#toldAt = now;
    this.#sink.onAcceptFailed(cause);
  }
}
