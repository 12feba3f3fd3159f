import { receive, send, serve } from './serve.ts';

await serve((conn) => receive(conn, (chunk) => send(conn, chunk)));
