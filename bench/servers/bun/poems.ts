import { drain, send, serve } from './serve.ts';

const poem = Buffer.alloc(Number(process.argv[2]), 'x');

serve({
  open(socket) {
    send(socket, poem);
    socket.shutdown();
  },
  data() {},
  end: (socket) => socket.end(),
  drain,
});
