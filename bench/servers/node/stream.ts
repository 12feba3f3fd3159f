import type { Socket } from 'node:net';

const bytes = Number(process.argv[2]);
const chunk = Buffer.alloc(65536);

/** Writes as many bytes as the first argument says: until the socket has enough, and goes on when it has drained. */
export function stream(socket: Socket): void {
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
