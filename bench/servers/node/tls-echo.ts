import { serve } from './serve.ts';

const [cert = '', key = ''] = process.argv.slice(2);

serve(
  (socket) => {
    socket.on('data', (data) => {
      socket.write(data);
    });
  },
  { cert, key },
);
