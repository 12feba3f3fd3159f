import { drain, send, serve } from './serve.ts';

serve({ data: send, drain, end: (socket) => socket.end() });
