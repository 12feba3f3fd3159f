import type { Backend } from '../../seam/backend.ts';
import { BunBackend } from './bun.ts';

/** The backend of the runtime, as `#backend` of the package's `imports` names it. */
export function backend(): Backend {
  return new BunBackend();
}
