import type { Backend } from '../../seam/backend.ts';
import { NodeBackend } from './node.ts';

const { createRequire } = process.getBuiltinModule('node:module');

/** Names the backend in the environment. */
const NAME = 'COUPLET_BACKEND';

/** The backend of the runtime, as `#backend` of the package's `imports` names it. Throws an `Error` if the environment names another one. */
export function backend(): Backend {
  const name = process.env[NAME] ?? '';
  if (name === '' || name === 'node') return new NodeBackend();
  if (name === 'native') return native();
  throw new Error(`${NAME} is '${name}', not 'native' or 'node'`);
}

/** Loaded by its name, so that only who asks for it has it in a bundle, or in memory. */
function native(): Backend {
  const entry: unknown = createRequire(import.meta.url)('couplet/native');
  if (hasNative(entry)) return new entry.NativeBackend();
  throw new Error('couplet/native has no NativeBackend');
}

function hasNative(entry: unknown): entry is { NativeBackend: new () => Backend } {
  return typeof entry === 'object' && entry !== null && typeof Reflect.get(entry, 'NativeBackend') === 'function';
}
