import { CommandParser } from '../command-parser.ts';
import { serve } from './serve.ts';

serve((socket) => {
  socket.setNoDelay(true);
  const parser = new CommandParser();
  socket.on('drain', () => socket.resume());
  socket.on('data', (chunk) => {
    const answers = parser.push(chunk);
    if (answers !== undefined && !socket.write(answers)) socket.pause();
  });
});
