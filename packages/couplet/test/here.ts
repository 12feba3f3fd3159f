import { BunBackend } from 'couplet/bun';
import { DenoBackend } from 'couplet/deno';
import { NodeBackend } from 'couplet/node';
import type { Backend } from 'couplet/testing';
import { type Runtime, runtime } from 'couplet-test/runtime';

const BACKENDS: Readonly<Record<Runtime, new () => Backend>> = {
  node: NodeBackend,
  bun: BunBackend,
  deno: DenoBackend,
};

/** Makes a backend of this runtime, as `import 'couplet'` picks it. */
export function backendHere(): Backend {
  return new BACKENDS[runtime]();
}
