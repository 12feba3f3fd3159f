// Downloads poems all at once, by hand: connects to all servers, and reads from whichever has something.
// Try it: node by-hand.ts 10000 10001 10002

import { connect, type Socket } from 'node:net';
import process from 'node:process';

// #region task
/** What is known of one poem between two events. */
interface Task {
  readonly number: number;
  readonly socket: Socket;
  length: number;
}
// #endregion task

/** Is told of each piece: the number of its task, and how many bytes it has. */
type Tell = (task: number, bytes: number) => void;

/** Returns the lengths of the poems. */
export function download(ports: readonly number[], tell: Tell): Promise<number[]> {
  // #region connect
  const tasks: Task[] = ports.map((port, index) => ({
    number: index + 1,
    socket: connect(port, '127.0.0.1'),
    length: 0,
  }));
  // #endregion connect

  // #region read
  function read(task: Task) {
    for (;;) {
      const piece: Buffer | null = task.socket.read();
      if (piece === null) return; // it would have to wait: back to the others
      task.length += piece.length;
      tell(task.number, piece.length);
    }
  }
  // #endregion read

  // #region loop
  return new Promise((resolve, reject) => {
    let left = tasks.length;
    for (const task of tasks) {
      task.socket.on('readable', () => read(task));
      task.socket.on('error', reject);
      task.socket.on('end', () => {
        left -= 1;
        if (left === 0) resolve(tasks.map(({ length }) => length));
      });
    }
  });
  // #endregion loop
}

if (import.meta.main) {
  const begun = performance.now();
  const ports = process.argv.slice(2).map(Number);
  const lengths = await download(ports, (task, bytes) => console.log(`Task ${task}: ${bytes} bytes`));
  console.log(`${lengths.length} poems in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
