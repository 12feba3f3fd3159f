import process from 'node:process';
import { BunBackend } from 'couplet/bun';
import { DenoBackend } from 'couplet/deno';
import { NativeBackend } from 'couplet/native';
import { NodeBackend } from 'couplet/node';
import type { Backend } from 'couplet/testing';
import { type Runtime, runtime } from 'couplet-test/runtime';

const BACKENDS: Readonly<Record<Runtime, new () => Backend>> = {
  node: NodeBackend,
  bun: BunBackend,
  deno: DenoBackend,
};

const { COUPLET_BACKEND } = process.env;
/** Whether the backend is that of the kernel's sockets, where `import 'couplet'` picks it by the environment. */
export const native: boolean = COUPLET_BACKEND === 'native';

/** Makes a backend of this runtime, as `import 'couplet'` picks it. */
export function backendHere(): Backend {
  if (native) return new NativeBackend();
  return new BACKENDS[runtime]();
}
