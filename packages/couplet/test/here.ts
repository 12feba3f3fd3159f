import { BunBackend } from 'couplet/bun';
import { NodeBackend } from 'couplet/node';
import type { Backend } from 'couplet/testing';

/** Whether this is Bun. */
export const onBun = 'Bun' in globalThis;

/** Makes a backend of this runtime, as `import 'couplet'` picks it. */
export function backendHere(): Backend {
  return onBun ? new BunBackend() : new NodeBackend();
}
