import type { Cause } from '../../seam/cause.ts';

const { getSystemErrorName } = process.getBuiltinModule('node:util');

/** What Bun takes for the backlog, whatever it is asked for. */
const OWN_BACKLOG = 512;

/** The names of the C library: of glibc, of musl, and of macOS. */
const LIBRARIES: readonly string[] =
  process.platform === 'darwin'
    ? ['libSystem.dylib']
    : ['libc.so.6', 'libc.so', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`];
/** What tells where the number of the last error of this thread is. */
const ERRNO = process.platform === 'linux' ? '__errno_location' : '__error';
const FUNCTIONS = {
  [ERRNO]: { args: [], returns: 'ptr' },
  close: { args: ['i32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  dup: { args: ['i32'], returns: 'i32' },
  listen: { args: ['i32', 'i32'], returns: 'i32' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  socketpair: { args: ['i32', 'i32', 'i32', 'ptr'], returns: 'i32' },
};
/** AF_UNIX, and SOCK_STREAM with SOCK_CLOEXEC where there is that. */
const UNIX = 1;
const STREAM = process.platform === 'linux' ? 1 + 0o2000000 : 1;
/** SOCK_NONBLOCK of Linux. */
const NON_BLOCKING = 0o4000;

type Call = (...args: readonly unknown[]) => unknown;

/** Functions of the C library that Bun does not offer. */
interface Library {
  readonly close: Call;
  readonly connect: Call;
  readonly dup: Call;
  readonly listen: Call;
  readonly socket: Call;
  readonly socketpair: Call;
  /** The number of the last error of this thread. */
  errno(): number;
}

/** The library, or why it cannot be called. Undefined until it is first asked for. */
let found: Library | Cause | undefined;

/**
 * Sets the backlog of a listening socket: listen(2) may be called once more for that. Returns the cause if that fails; that listen(2)
 * cannot be called at all is told only the first time.
 */
export function setBacklog(fd: number, backlog: number): Cause | undefined {
  const first = found === undefined;
  found ??= find();
  if ('kind' in found)
    return first ? { ...found, detail: `the backlog stays ${OWN_BACKLOG}: ${found.detail}` } : undefined;
  return found.listen(fd, backlog) === 0 ? undefined : unable(`listen(2) refuses a backlog of ${backlog}`);
}

/** Makes two connected UNIX sockets. Returns their descriptors, or the cause if that fails. */
export function socketPair(): readonly [number, number] | Cause {
  found ??= find();
  if ('kind' in found) return found;
  const pair = new Int32Array(2);
  if (found.socketpair(UNIX, STREAM, 0, pair) !== 0) return { ...unable('socketpair(2) fails'), code: 'EMFILE' };
  const [one = -1, other = -1] = pair;
  return [one, other];
}

/**
 * Makes a second descriptor of an open one. Returns it, or the cause if that fails. Children of Bun get only the descriptors that they are
 * given, so it need not be closed for them.
 */
export function duplicate(fd: number): number | Cause {
  found ??= find();
  if ('kind' in found) return found;
  const near = Number(found.dup(fd));
  return near >= 0 ? near : { ...unable('dup(2) fails'), code: 'EMFILE' };
}

/**
 * Connects to the path of a UNIX socket of Linux. Returns the descriptor, or the name of the error: Bun reports a listener whose backlog is
 * full (EAGAIN) like a path where no process listens. Undefined where that cannot be found out.
 */
export function connectPath(path: string): number | string | undefined {
  found ??= find();
  if ('kind' in found || process.platform !== 'linux') return undefined;
  const fd = Number(found.socket(UNIX, STREAM + NON_BLOCKING, 0));
  if (fd < 0) return undefined;
  // An abstract name has no zero at its end (unix(7)).
  const name = Buffer.from(path.startsWith('\0') ? path : `${path}\0`);
  const address = Buffer.concat([new Uint8Array(Uint16Array.of(UNIX).buffer), name]);
  if (found.connect(fd, address, address.length) === 0) return fd;
  const errno = found.errno();
  found.close(fd);
  return getSystemErrorName(-errno);
}

function find(): Library | Cause {
  let why = '';
  for (const name of LIBRARIES) {
    try {
      return open(name);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  return unable(why);
}

/** Throws if the library has no such functions, or the runtime no way to call them. */
function open(name: string): Library {
  const ffi: unknown = process.getBuiltinModule('bun:ffi');
  const dlopen = memberOf(ffi, 'dlopen');
  if (typeof dlopen !== 'function') throw new Error('this runtime has no bun:ffi');
  const symbols = memberOf(dlopen(name, FUNCTIONS), 'symbols');
  const call = (key: string): Call => {
    const member = memberOf(symbols, key);
    if (typeof member !== 'function') throw new Error(`${name} has no ${key}`);
    return (...args) => member(...args);
  };
  const i32 = memberOf(memberOf(ffi, 'read'), 'i32');
  if (typeof i32 !== 'function') throw new Error('this runtime cannot read memory');
  const place = call(ERRNO)();
  return {
    close: call('close'),
    connect: call('connect'),
    dup: call('dup'),
    listen: call('listen'),
    socket: call('socket'),
    socketpair: call('socketpair'),
    errno: () => Number(i32(place, 0)),
  };
}

function memberOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}

function unable(why: string): Cause {
  return { kind: 'other', code: 'ENOTSUP', detail: why };
}
