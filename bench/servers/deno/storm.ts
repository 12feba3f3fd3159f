import { receive, send, serve } from './serve.ts';

const welcome = Buffer.from('welcome\n');

await serve(async (conn) => {
  await send(conn, welcome);
  await receive(conn, () => undefined, 64);
});
