import '../collect.ts';
import { receive, send, serve } from './serve.ts';

// A read that waits needs its buffer: of 4 KiB here.
await serve((conn) => receive(conn, (chunk) => send(conn, chunk), 4096));
