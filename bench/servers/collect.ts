/**
 * On SIGUSR2: collects all garbage, so that what is left is what the connections need, and says so on standard output.
 * Twice, with a pause, because finalizers and the unmapping of pages run after a collection.
 */
import { setTimeout as sleep } from 'node:timers/promises';

process.on('SIGUSR2', async () => {
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.();
    await sleep(100);
  }
  console.log('collected');
});
