import { type BunSocket, drain, send, serve } from './serve.ts';

const members = new Set<BunSocket>();

/** Sends what one connection sends to all others. */
serve({
  open: (socket) => members.add(socket),
  data(socket, chunk) {
    for (const member of members) if (member !== socket) send(member, chunk);
  },
  end: (socket) => socket.end(),
  close: (socket) => members.delete(socket),
  drain,
});
