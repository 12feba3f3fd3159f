import { deadlines } from '../deadlines.ts';
import { receive, send, serve } from './serve.ts';

const moveNext = deadlines(Number(process.argv[2]));

/** Echo; each chunk moves the next deadline. */
await serve((conn) =>
  receive(conn, (chunk) => {
    moveNext();
    return send(conn, chunk);
  }),
);
