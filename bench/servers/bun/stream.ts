import type { Identity } from '../identity.ts';
import { type BunSocket, serve } from './serve.ts';

const bytes = Number(process.argv[2]);
const chunk = Buffer.alloc(65536);

/** Writes until the kernel takes no more, and goes on when it does. */
function go(socket: BunSocket): void {
  const { data } = socket;
  if (data?.left === undefined) return;
  while (data.left > 0) {
    const piece = data.left < chunk.length ? chunk.subarray(0, data.left) : chunk;
    const taken = socket.write(piece);
    if (taken < 0) return;
    data.left -= taken;
    if (taken < piece.length) return;
  }
  delete data.left;
  socket.shutdown();
}

function begin(socket: BunSocket): void {
  socket.data = { left: bytes };
  go(socket);
}

/** Sends as many bytes as the first argument says to each connection. */
export function stream(tls?: Identity): void {
  const handlers = { data() {}, end: (socket: BunSocket) => socket.end(), drain: go };
  serve(tls === undefined ? { ...handlers, open: begin } : { ...handlers, handshake: begin }, tls);
}
