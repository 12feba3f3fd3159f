import type { Backend } from '../../seam/backend.ts';
import { DenoBackend } from './deno.ts';

/** The backend of the runtime, as `#backend` of the package's `imports` names it. */
export function backend(): Backend {
  return new DenoBackend();
}
