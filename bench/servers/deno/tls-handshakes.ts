import { send, serve } from './serve.ts';

const [size, cert = '', key = ''] = process.argv.slice(2);
const answer = Buffer.alloc(Number(size), 'x');

await serve(
  async (conn) => {
    await send(conn, answer);
    await conn.closeWrite();
  },
  { cert, key },
);
