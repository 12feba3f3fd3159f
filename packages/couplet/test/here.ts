import { BunBackend } from 'couplet/bun';
import { DenoBackend } from 'couplet/deno';
import { NodeBackend } from 'couplet/node';
import type { Backend } from 'couplet/testing';

/** Whether this is Bun. */
export const onBun = 'Bun' in globalThis;

/** Whether this is Deno. */
export const onDeno = 'Deno' in globalThis;

/** Makes a backend of this runtime, as `import 'couplet'` picks it. */
export function backendHere(): Backend {
  if (onBun) return new BunBackend();
  return onDeno ? new DenoBackend() : new NodeBackend();
}
