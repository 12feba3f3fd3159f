import { receive, send, serve } from './serve.ts';

const [cert = '', key = ''] = process.argv.slice(2);

await serve((conn) => receive(conn, (chunk) => send(conn, chunk)), { cert, key });
