import { type DenoConn, receive, send } from './serve.ts';

const bytes = Number(process.argv[2]);
const chunk = Buffer.alloc(65536);

/** Writes as many bytes as the first argument says, chunk after chunk. */
export async function stream(conn: DenoConn): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
    left -= piece.length;
    await send(conn, piece);
  }
  await conn.closeWrite();
  await receive(conn, () => undefined, 64);
}
