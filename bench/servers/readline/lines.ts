import { createInterface } from 'node:readline';
import { serve } from '../node/serve.ts';

// Without Nagle's algorithm: the second line of an answer would wait for the acknowledgement of the first, 40 ms.
serve((socket) => {
  socket.setNoDelay(true);
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    socket.write(`${line}\r\n`);
  });
});
