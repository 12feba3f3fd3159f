/**
 * On SIGUSR2: collects all garbage, so that what is left is what the connections need, and says so on standard output.
 * Twice, with a pause, because finalizers and the unmapping of pages run after a collection.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Of Node, where it is allowed, or of Bun. */
function collect(): void {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (typeof bun === 'object' && bun !== null && 'gc' in bun && typeof bun.gc === 'function') bun.gc(true);
  else globalThis.gc?.();
}

process.on('SIGUSR2', async () => {
  for (let round = 0; round < 2; round += 1) {
    collect();
    await sleep(100);
  }
  console.log('collected');
});
