import { drain, send, serve } from './serve.ts';

const welcome = Buffer.from('welcome\n');

serve({ open: (socket) => send(socket, welcome), data() {}, end: (socket) => socket.end(), drain });
