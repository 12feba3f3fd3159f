import { receive, send, serve } from './serve.ts';

const poem = Buffer.alloc(Number(process.argv[2]), 'x');

await serve(async (conn) => {
  await send(conn, poem);
  await conn.closeWrite();
  await receive(conn, () => undefined, 64);
});
