import { serve } from './serve.ts';

serve((socket) => {
  socket.write('welcome\n');
});
