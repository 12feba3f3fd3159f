import cluster from 'node:cluster';

/** The type of an argument or of a result, as `node:ffi` names it. */
type FfiType = 'int32' | 'uint32' | 'uint64' | 'pointer' | 'string' | 'void';

/** What `node:ffi` is told of a function of C. */
export interface Signature {
  readonly arguments: readonly FfiType[];
  readonly return: FfiType;
}

/** What is used of a library that `node:ffi` has opened. */
export interface FfiLibrary {
  /** Makes a function that C can call. Returns where it is. It must not throw: that would end the process. */
  registerCallback(signature: Signature, callback: (...values: readonly unknown[]) => void): bigint;
}

/** What is used of the module `node:ffi`. An address is a `bigint`. */
export interface Ffi {
  /** Opens a library, or what the program itself has loaded. Throws if that has no such function. */
  dlopen(
    path: null,
    functions: Readonly<Record<string, Signature>>,
  ): { readonly lib: FfiLibrary; readonly functions: object };
  getCurrentEventLoop(): bigint;
  /** Returns where the bytes are, and stay as long as the buffer lives and is not transferred. */
  getRawPointer(buffer: ArrayBufferLike): bigint;
  getInt32(address: bigint, offset: number): number;
  toString(address: bigint): string;
}

const MEMBERS: readonly (keyof Ffi)[] = ['dlopen', 'getCurrentEventLoop', 'getInt32', 'getRawPointer', 'toString'];

/** The processors whose layouts of the kernel's structures are known. */
const PROCESSORS: ReadonlySet<string> = new Set(['x64', 'arm64']);

/** Returns the module `node:ffi`, or says why it cannot be used here. To load it makes Node warn that it is experimental. */
export function findFfi(): Ffi | string {
  const { platform, arch, versions } = process;
  if (platform !== 'linux' || !PROCESSORS.has(arch))
    return `it needs Linux on x64 or arm64, and this is ${platform} on ${arch}`;
  if ('bun' in versions || 'deno' in versions) return 'it needs Node, and this is another runtime';
  // Each worker thread has a loop of its own, which ends when another thread terminates it.
  if (!process.getBuiltinModule('node:worker_threads').isMainThread)
    return 'it needs the main thread of the process, and this is a worker thread';
  // Its ports are those of the primary, which `node:net` asks for them.
  if (cluster.isWorker) return 'it needs a process that listens by itself, and this is a worker of node:cluster';
  if (process.permission?.has('ffi') === false) return '--permission forbids node:ffi: --allow-ffi allows it';
  // Node does not see what the kernel is asked for.
  if (process.permission?.has('net') === false) return '--permission forbids sockets: --allow-net allows them';
  const ffi: unknown = process.getBuiltinModule('node:ffi');
  if (ffi === undefined)
    return `it needs node:ffi, and Node ${versions.node} does not have that: 26.1 and later do, without --no-experimental-ffi`;
  return isFfi(ffi) ? ffi : `the node:ffi of Node ${versions.node} has other functions than those known`;
}

function isFfi(found: unknown): found is Ffi {
  return hasFunctions<Ffi>(found, MEMBERS);
}

/** Whether something has functions of all these names. Their types are those which C was told to have. */
export function hasFunctions<T>(found: unknown, names: readonly (keyof T)[]): found is T {
  if (typeof found !== 'object' || found === null) return false;
  return names.every((name) => typeof Reflect.get(found, name) === 'function');
}
