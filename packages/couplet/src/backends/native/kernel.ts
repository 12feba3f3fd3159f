import { findFfi } from './ffi.ts';
import { Landing } from './landing.ts';
import { Readiness } from './readiness.ts';
import { SystemCalls } from './system-calls.ts';
import { unsettled } from './turns.ts';

/** What all sockets of the process share. */
export interface LinuxKernel {
  readonly calls: SystemCalls;
  readonly readiness: Readiness;
  readonly landing: Landing;
}

let found: LinuxKernel | string | undefined;

/** Returns the kernel, or says why it cannot be called. It is looked for at the first call. */
export function kernel(): LinuxKernel | string {
  found ??= find();
  return found;
}

function find(): LinuxKernel | string {
  try {
    const ffi = findFfi();
    if (typeof ffi === 'string') return ffi;
    const why = unsettled();
    if (why !== undefined) return why;
    const calls = new SystemCalls(ffi);
    return { calls, readiness: new Readiness(calls), landing: new Landing(calls) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
