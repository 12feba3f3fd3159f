import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Returns what collects the garbage of this runtime at once. */
export function collector(): () => void {
  // Deno has it where its own flag exposes it, and a context of its own only then.
  const exposed: unknown = Reflect.get(globalThis, 'gc');
  if (typeof exposed === 'function') return () => void exposed();
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  const collect: unknown = typeof bun === 'object' && bun !== null ? Reflect.get(bun, 'gc') : undefined;
  if (typeof collect === 'function') return () => void collect(true);
  setFlagsFromString('--expose-gc');
  const found: () => void = runInNewContext('gc');
  return found;
}
