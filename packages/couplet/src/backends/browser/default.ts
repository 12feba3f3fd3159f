import type { Backend } from '../../seam/backend.ts';
import { BrowserBackend } from './browser.ts';

/** The backend of the runtime, as `#backend` of the package's `imports` names it. */
export function backend(): Backend {
  return new BrowserBackend();
}
