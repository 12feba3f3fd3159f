// Downloads poems one after the other: it waits for each before it turns to the next.
// Try it: node one-by-one.ts 10000 10001 10002

import { connect } from 'node:net';
import process from 'node:process';

/** Is told of each piece: the number of its task, and how many bytes it has. */
type Tell = (task: number, bytes: number) => void;

// #region loop
/** Returns the lengths of the poems. */
export async function download(ports: readonly number[], tell: Tell) {
  const lengths: number[] = [];
  for (const [index, port] of ports.entries()) {
    let length = 0;
    for await (const piece of connect(port, '127.0.0.1')) {
      length += piece.length;
      tell(index + 1, piece.length);
    }
    lengths.push(length);
  }
  return lengths;
}
// #endregion loop

if (import.meta.main) {
  const begun = performance.now();
  const ports = process.argv.slice(2).map(Number);
  const lengths = await download(ports, (task, bytes) => console.log(`Task ${task}: ${bytes} bytes`));
  console.log(`${lengths.length} poems in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
