import type { Cause } from '../../seam/cause.ts';

/** What Bun takes for the backlog, whatever it is asked for. */
export const OWN_BACKLOG = 512;

/** The names of the C library: of glibc, of musl, and of macOS. */
const LIBRARIES: readonly string[] =
  process.platform === 'darwin' ? ['libSystem.dylib'] : ['libc.so.6', 'libc.so', `libc.musl-${machine()}.so.1`];

type Listen = (fd: number, backlog: number) => unknown;

/** listen(2), or why it cannot be called. Undefined until it is first asked for. */
let found: Listen | Cause | undefined;

/**
 * Sets the backlog of a listening socket: listen(2) may be called once more for that. Returns the cause if that fails; that listen(2)
 * cannot be called at all is told only the first time.
 */
export function setBacklog(fd: number, backlog: number): Cause | undefined {
  const first = found === undefined;
  found ??= find();
  if (typeof found !== 'function') return first ? found : undefined;
  return found(fd, backlog) === 0 ? undefined : unable(`listen(2) refuses a backlog of ${backlog}`);
}

function find(): Listen | Cause {
  let why = 'this runtime has no bun:ffi';
  for (const name of LIBRARIES) {
    try {
      return listenOf(name);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  return unable(why);
}

/** Throws if the library has no such function, or the runtime no way to call it. */
function listenOf(library: string): Listen {
  const ffi: unknown = process.getBuiltinModule('bun:ffi');
  const dlopen = memberOf(ffi, 'dlopen');
  if (typeof dlopen !== 'function') throw new Error('this runtime has no bun:ffi');
  const opened: unknown = dlopen(library, { listen: { args: ['i32', 'i32'], returns: 'i32' } });
  const listen = memberOf(memberOf(opened, 'symbols'), 'listen');
  if (typeof listen !== 'function') throw new Error(`${library} has no listen(2)`);
  return (fd, backlog) => listen(fd, backlog);
}

function memberOf(owner: unknown, name: string): unknown {
  return (typeof owner === 'object' || typeof owner === 'function') && owner !== null
    ? Reflect.get(owner, name)
    : undefined;
}

function unable(why: string): Cause {
  return { kind: 'other', code: 'ENOTSUP', detail: `the backlog stays ${OWN_BACKLOG}: ${why}` };
}

function machine(): string {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}
