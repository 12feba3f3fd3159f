import type { Socket } from 'node:net';
import { serve } from './serve.ts';

const bytes = Number(process.argv[2]);
const chunk = Buffer.alloc(65536);

/** Writes until the socket has enough, and goes on when it has drained. */
function stream(socket: Socket): void {
  let left = bytes;
  const go = (): void => {
    while (left > 0) {
      const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= piece.length;
      if (!socket.write(piece)) return;
    }
    socket.off('drain', go);
    socket.end();
  };
  socket.on('drain', go);
  go();
}

serve(stream);
