import { serve } from './serve.ts';

const poem = Buffer.alloc(Number(process.argv[2]), 'x');

serve((socket) => {
  socket.end(poem);
});
