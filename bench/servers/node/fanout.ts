import type { Socket } from 'node:net';
import { serve } from './serve.ts';

const members = new Set<Socket>();

/** Sends what one connection sends to all others. */
serve((socket) => {
  socket.setNoDelay(true);
  members.add(socket);
  socket.on('close', () => members.delete(socket));
  socket.on('data', (data) => {
    for (const member of members) if (member !== socket) member.write(data);
  });
});
