import split2 from 'split2';
import { serve } from '../node/serve.ts';

// Without Nagle's algorithm: the second line of an answer would wait for the acknowledgement of the first, 40 ms.
serve((socket) => {
  socket.setNoDelay(true);
  socket.pipe(split2()).on('data', (line: string) => {
    socket.write(`${line}\r\n`);
  });
});
