// Exercise 2: download all poems at once.
//
// This program downloads one poem after the other. Change it so that it connects to all servers first, and then reads from
// whichever has something. You need a place for what is known of each task between two of its pieces.

import { connect } from 'node:net';

/** Returns the poems, in the order of the ports. `tell` is called for each piece, with the number of its task. */
export async function download(ports: readonly number[], tell: (task: number, bytes: number) => void) {
  const poems: string[] = [];
  for (const [index, port] of ports.entries()) {
    const socket = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    for await (const piece of socket) {
      pieces.push(piece);
      tell(index + 1, piece.length);
    }
    poems.push(Buffer.concat(pieces).toString());
  }
  return poems;
}
