import { deadlines } from '../deadlines.ts';
import { drain, send, serve } from './serve.ts';

const moveNext = deadlines(Number(process.argv[2]));

/** Echo; each chunk moves the next deadline. */
serve({
  data(socket, chunk) {
    moveNext();
    send(socket, chunk);
  },
  drain,
  end: (socket) => socket.end(),
});
