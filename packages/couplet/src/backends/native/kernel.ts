import { Calls } from './calls.ts';
import { findFfi } from './ffi.ts';
import { Readiness } from './readiness.ts';
import { Slab } from './slab.ts';
import { canSettle } from './turns.ts';

/** Sizes of memory that reads go into, and the least room that they get. The kernel fills a large one in one call. */
const SMALL = 16 * 1024;
const LEAST_SMALL = 2 * 1024;
const LARGE = 256 * 1024;
const LEAST_LARGE = 64 * 1024;

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
      small: new Slab(calls, SMALL, LEAST_SMALL),
      large: new Slab(calls, LARGE, LEAST_LARGE),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
