// Exercise 2, solved: each task has its socket and what it has received so far; the loop belongs to all of them.

import { connect, type Socket } from 'node:net';

interface Task {
  readonly number: number;
  readonly socket: Socket;
  readonly pieces: Buffer[];
}

/** Returns the poems, in the order of the ports. `tell` is called for each piece, with the number of its task. */
export function download(ports: readonly number[], tell: (task: number, bytes: number) => void) {
  const tasks = ports.map(
    (port, index): Task => ({ number: index + 1, socket: connect(port, '127.0.0.1'), pieces: [] }),
  );
  return new Promise<string[]>((resolve, reject) => {
    let left = tasks.length;
    for (const task of tasks) {
      task.socket.on('readable', () => {
        for (let piece: Buffer | null = task.socket.read(); piece !== null; piece = task.socket.read()) {
          task.pieces.push(piece);
          tell(task.number, piece.length);
        }
      });
      task.socket.on('error', reject);
      task.socket.on('end', () => {
        left -= 1;
        if (left === 0) resolve(tasks.map(({ pieces }) => Buffer.concat(pieces).toString()));
      });
    }
  });
}
