import { Calls } from './calls.ts';
import { findFfi } from './ffi.ts';
import { Readiness } from './readiness.ts';
import { Slab } from './slab.ts';
import { canSettle } from './turns.ts';

/** The size of the memory that messages go into, and the least room for one. */
const SMALL = 16 * 1024;
const LEAST = 2 * 1024;
/** The size of the memory that goes to what comes in bulk, and how much of it is a chunk, as on Node. */
const LARGE = 256 * 1024;
const CHUNK = 64 * 1024;

/** What all sockets of the process share. */
export interface Kernel {
  readonly calls: Calls;
  readonly readiness: Readiness;
  /** Where messages go, and where goes what comes in bulk. */
  readonly small: Slab;
  readonly large: Slab;
}

let found: Kernel | string | undefined;

/** Returns the kernel, or says why it cannot be called. It is looked for at the first call. */
export function kernel(): Kernel | string {
  found ??= find();
  return found;
}

function find(): Kernel | string {
  try {
    const ffi = findFfi();
    if (typeof ffi === 'string') return ffi;
    if (!canSettle)
      return `Node ${process.versions.node} has no process._tickCallback, by which each event is one of its own`;
    const calls = new Calls(ffi);
    return {
      calls,
      readiness: new Readiness(calls),
      small: new Slab(calls, SMALL, LEAST),
      large: new Slab(calls, LARGE, CHUNK, CHUNK),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
