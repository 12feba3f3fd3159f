import { serve } from './serve.ts';

const [size, cert = '', key = ''] = process.argv.slice(2);
const answer = Buffer.alloc(Number(size), 'x');

serve(
  (socket) => {
    socket.write(answer);
    // Ended at once, after a write, a connection of TLS 1.3 would have no close_notify.
    setImmediate(() => socket.end());
  },
  { cert, key },
);
