import { deadlines } from '../deadlines.ts';
import { serve } from './serve.ts';

const moveNext = deadlines(Number(process.argv[2]));

/** Echo; each chunk moves the next deadline. */
serve((socket) => {
  socket.on('data', (data) => {
    moveNext();
    socket.write(data);
  });
});
