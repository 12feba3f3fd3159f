import { serve } from './serve.ts';

serve((socket) => {
  socket.on('data', (data) => {
    socket.write(data);
  });
});
