import { drain, send, serve } from './serve.ts';

const [size, cert = '', key = ''] = process.argv.slice(2);
const answer = Buffer.alloc(Number(size), 'x');

serve(
  {
    handshake(socket) {
      send(socket, answer);
      socket.end();
    },
    data() {},
    drain,
  },
  { cert, key },
);
