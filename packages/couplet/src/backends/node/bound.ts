import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { ListenPlace } from '../../seam/streams.ts';
import { causeOfThrown } from './cause.ts';
import { pathOfSocket, statusOf } from './descriptor.ts';
import type { Handle } from './inherited.ts';
import { isHandle } from './inherited.ts';
import { whyNotShared } from './reuse.ts';
import type { PathListener } from './server.ts';
import { listenUNIX } from './unix.ts';

const net = process.getBuiltinModule('node:net');
const { getSystemErrorName } = process.getBuiltinModule('node:util');

/** The flags of libuv for a socket of IPv6 alone, and for several sockets at one address. */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;

/** Where to bind: a TCP address, the path of a UNIX socket, or the descriptor of a socket that is bound already. */
export type BindPlace = Extract<ListenPlace, { kind: 'tcp' | 'unix' | 'fd' }>;

/**
 * A socket that is bound for other processes: they inherit its descriptor and listen on it, while this process does not accept
 * connections.
 */
export interface BoundSocket {
  /** The number of the descriptor in this process; a child gets it by its `stdio`. It stays the property of this object. */
  readonly fd: number;
  /** The name that it is bound to, with the port that was picked. */
  readonly name: SocketName;
  /**
   * Accepts each connection and resets it unread, of a UNIX socket closes it, until `suspend`. Connections that wait in the socket are
   * among them. Returns the cause if the system refuses.
   */
  refuse(): Cause | undefined;
  /** Ends what `refuse` began. The socket stays bound, and goes on listening once it has begun. */
  suspend(): void;
  /**
   * Closes the descriptor; that of a socket which was bound to a path removes the file, if that is still its own. Other processes that
   * have the socket keep it. Resolves when it is closed. A further call returns the promise of the first one.
   */
  close(): Promise<void>;
}

/** What else is used of the runtime's own object, which is looked at before it is used. */
interface BoundHandle extends Handle {
  readonly fd: number;
  onconnection: ((status: number, client: Client | undefined) => void) | null;
  listen(backlog: number): number;
  close(closed?: () => void): void;
  unref(): void;
  getsockname?(name: object): number;
}

/** An accepted socket of the runtime; a TCP one can be reset. */
interface Client {
  reset?(done: () => void): number;
  close(): void;
}

/**
 * Binds a socket that other processes are to listen on. A TCP socket does not listen yet: clients are refused until a process does. A
 * UNIX socket listens at once, as its file must never belong to a socket that refuses; its clients wait.
 *
 * Resolves to the socket, or to the cause if that fails; the cause has the code `ENOTSUP` if the runtime cannot. It never rejects.
 */
export async function bindSocket(place: BindPlace): Promise<BoundSocket | Cause> {
  const unable = place.kind === 'tcp' ? whyNotShared(place) : undefined;
  if (unable !== undefined) return causeOfThrown(unsupported(unable));
  try {
    return place.kind === 'unix' ? await bindPath(place) : bindHandle(place);
  } catch (error) {
    return causeOfThrown(error);
  }
}

async function bindPath(place: Extract<BindPlace, { kind: 'unix' }>): Promise<BoundSocket | Cause> {
  const server = new QuietListener();
  const listener = await listenUNIX(server, place);
  if ('kind' in listener) return listener;
  const { handle } = server;
  if (handle === undefined) throw unsupported('the socket does not listen');
  return boundSocket(
    handle.fd,
    () => handle,
    listener.name,
    place.backlog,
    () => listener.close(),
  );
}

/** Listens on a UNIX socket without accepting. */
class QuietListener implements PathListener {
  handle: BoundHandle | undefined;

  async listen(path: string, backlog: number, bound: () => void): Promise<Cause | undefined> {
    try {
      const handle = opened(made(path, -1, -1).fd);
      this.handle = handle;
      check(handle.listen(backlog), 'listen');
      pause(handle);
      bound();
      return undefined;
    } catch (error) {
      this.close();
      return causeOfThrown(error);
    }
  }

  close(): void {
    this.handle?.close();
  }
}

function bindHandle(place: Exclude<BindPlace, { kind: 'unix' }>): BoundSocket {
  const { backlog } = place;
  if (place.kind === 'fd') {
    if (!statusOf(place.fd).isSocket()) throw new Error('it is not a socket');
    const handle = opened(place.fd);
    return boundSocket(
      place.fd,
      () => handle,
      nameOf(handle),
      backlog,
      () => closed(handle),
    );
  }
  const flags = (place.ipv6Only === true ? IPV6_ONLY : 0) + (place.reusePort === true ? REUSE_PORT : 0);
  const bound = made(place.host, place.port, familyOf(place.host), undefined, flags);
  const name = nameOf(bound);
  let listening: BoundHandle | undefined;
  const listenable = (): BoundHandle => {
    listening ??= opened(bound.fd);
    return listening;
  };
  return boundSocket(bound.fd, listenable, name, backlog, () => closed(listening ?? bound));
}

function boundSocket(
  fd: number,
  listenable: () => BoundHandle,
  name: SocketName,
  backlog: number,
  close: () => Promise<void>,
): BoundSocket {
  let closing: Promise<void> | undefined;
  return {
    fd,
    name,
    refuse: () => {
      try {
        const handle = listenable();
        handle.onconnection = (_status, client) => {
          if (client?.reset === undefined || client.reset(() => {}) !== 0) client?.close();
        };
        check(handle.listen(backlog), 'listen');
        return undefined;
      } catch (error) {
        return causeOfThrown(error);
      }
    },
    suspend: () => pause(listenable()),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/**
 * Returns the handle of a descriptor. libuv reads only from what was opened by its number, and to stop accepting is to stop reading: so
 * what was bound here is opened once more before it listens. The first handle then stays as it is; closing it would close the number.
 */
function opened(fd: number): BoundHandle {
  const handle = made(null, null, null, fd);
  // It does not keep the process alive.
  handle.unref();
  return handle;
}

function made(...place: readonly unknown[]): BoundHandle {
  const create: unknown = Reflect.get(net, '_createServerHandle');
  const handle: unknown = typeof create === 'function' ? create(...place) : undefined;
  if (typeof handle === 'number') check(handle, 'bind');
  if (isBoundHandle(handle)) return handle;
  throw unsupported('this runtime cannot bind a socket without accepting on it');
}

/** Stops a handle from accepting, as `suspend` of an inherited socket does. */
function pause(handle: BoundHandle): void {
  if (handle.readStart() === 0) handle.readStop();
}

function closed(handle: BoundHandle): Promise<void> {
  return new Promise((resolve) => handle.close(resolve));
}

/** Throws the error of a system call that returned one. */
function check(result: number, syscall: string): void {
  if (result >= 0) return;
  throw Object.assign(new Error(`${syscall} failed`), { errno: result, code: getSystemErrorName(result), syscall });
}

function isBoundHandle(value: unknown): value is BoundHandle {
  if (!isHandle(value) || typeof Reflect.get(value, 'fd') !== 'number') return false;
  return ['close', 'unref'].every((method) => typeof Reflect.get(value, method) === 'function');
}

function nameOf(handle: BoundHandle): SocketName {
  const name: { address?: unknown; port?: unknown } = {};
  // libuv keeps it until now that an address is in use.
  if (handle.getsockname !== undefined) check(handle.getsockname(name), 'bind');
  if (typeof name.address === 'string' && typeof name.port === 'number')
    return { family: familyOf(name.address) === 6 ? 'IPv6' : 'IPv4', host: name.address, port: name.port };
  return { family: 'UNIX', path: pathOfSocket(handle.fd) };
}

function familyOf(host: string): 4 | 6 {
  return net.isIPv6(host) ? 6 : 4;
}

function unsupported(detail: string): Error {
  return Object.assign(new Error(detail), { code: 'ENOTSUP' });
}
