import type { Identity } from '../identity.ts';

/** What is used of a connection of Deno. */
export interface DenoConn {
  read(buffer: Uint8Array): Promise<number | null>;
  write(chunk: Uint8Array): Promise<number>;
  /** Not with TLS. */
  setNoDelay?(on: boolean): void;
  closeWrite(): Promise<void>;
  close(): void;
}

interface Listener extends AsyncIterable<DenoConn> {
  readonly addr: { readonly port: number };
}

interface Deno {
  listen(place: object): Listener;
  listenTls(place: object): Listener;
}

function isDeno(found: unknown): found is Deno {
  return typeof found === 'object' && found !== null && 'listenTls' in found;
}

/** Listens on 127.0.0.1 by Deno's own sockets, through TLS where it is given, and prints the port. A reset by the load is no error. */
export async function serve(connected: (conn: DenoConn) => Promise<void>, tls?: Identity): Promise<void> {
  const deno: unknown = Reflect.get(globalThis, 'Deno');
  if (!isDeno(deno)) throw new Error('this is not Deno');
  const place = { hostname: '127.0.0.1', port: 0, tcpBacklog: 4096 };
  const listener = tls === undefined ? deno.listen(place) : deno.listenTls({ ...place, ...tls });
  console.log(listener.addr.port);
  for await (const conn of listener)
    connected(conn)
      .catch(() => {})
      .finally(() => close(conn));
}

function close(conn: DenoConn): void {
  try {
    conn.close();
  } catch {
    // It was closed before.
  }
}

/** Writes all of it. */
export async function send(conn: DenoConn, chunk: Uint8Array): Promise<void> {
  let taken = await conn.write(chunk);
  while (taken < chunk.length) taken += await conn.write(chunk.subarray(taken));
}

/** Reads to the end, into one buffer: what `received` is given is good until it returns, or until what it returns is resolved. */
export async function receive(
  conn: DenoConn,
  received: (chunk: Uint8Array) => Promise<void> | undefined,
  size = 65_536,
): Promise<void> {
  const buffer = new Uint8Array(size);
  for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
    const done = received(buffer.subarray(0, count));
    if (done !== undefined) await done;
  }
}
