// Downloads poems all at once with the loop of loop.ts, which does the waiting.
// Try it: node poems.ts 10000 10001 10002

import { connect } from 'node:net';
import process from 'node:process';
import { Loop } from './loop.ts';

/** Is told of each piece: the number of its task, and how many bytes it has. */
type Tell = (task: number, bytes: number) => void;

// #region business
/** Returns the lengths of the poems. */
export async function download(ports: readonly number[], tell: Tell) {
  const loop = new Loop();
  const lengths = ports.map(() => 0);
  for (const [task, port] of ports.entries()) {
    const socket = connect(port, '127.0.0.1');
    loop.watch(socket, () => {
      for (;;) {
        const piece: Buffer | null = socket.read();
        if (piece === null) break;
        lengths[task] = (lengths[task] ?? 0) + piece.length;
        tell(task + 1, piece.length);
      }
      if (socket.readableEnded) loop.forget(socket);
    });
  }
  await loop.run();
  return lengths;
}
// #endregion business

if (import.meta.main) {
  const begun = performance.now();
  const ports = process.argv.slice(2).map(Number);
  const lengths = await download(ports, (task, bytes) => console.log(`Task ${task}: ${bytes} bytes`));
  console.log(`${lengths.length} poems in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
