import { type DenoConn, receive, send, serve } from './serve.ts';

const members = new Set<DenoConn>();

/** Sends what one connection sends to all others. */
await serve(async (conn) => {
  conn.setNoDelay?.(true);
  members.add(conn);
  try {
    await receive(conn, async (chunk) => {
      const others = [...members].filter((member) => member !== conn);
      await Promise.all(others.map((member) => send(member, chunk).catch(() => {})));
    });
  } finally {
    members.delete(conn);
  }
});
