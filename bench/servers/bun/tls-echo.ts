import { drain, send, serve } from './serve.ts';

const [cert = '', key = ''] = process.argv.slice(2);

serve({ data: send, drain, end: (socket) => socket.end() }, { cert, key });
