/** What is used of a socket of Bun. */
export interface BunSocket {
  data: Uint8Array | undefined;
  write(chunk: Uint8Array): number;
  end(): void;
  shutdown(): void;
}

/** What a server does with its sockets. What the kernel has not taken of a write waits in `data`. */
export interface Handlers {
  open?(socket: BunSocket): void;
  data(socket: BunSocket, chunk: Uint8Array): void;
  end?(socket: BunSocket): void;
  drain(socket: BunSocket): void;
}

interface Bun {
  listen(place: object): { readonly port: number };
}

function isBun(found: unknown): found is Bun {
  return typeof found === 'object' && found !== null && 'listen' in found;
}

/** Listens on 127.0.0.1 by Bun's own sockets, and prints the port. */
export function serve(socket: Handlers): void {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (!isBun(bun)) throw new Error('this is not Bun');
  const { port } = bun.listen({ hostname: '127.0.0.1', port: 0, allowHalfOpen: true, socket });
  console.log(port);
}

/** Writes what the kernel takes, and keeps the rest. */
export function send(socket: BunSocket, chunk: Uint8Array): void {
  const all = socket.data === undefined ? chunk : Buffer.concat([socket.data, chunk]);
  const taken = socket.write(all);
  socket.data = taken >= 0 && taken < all.length ? all.subarray(taken) : undefined;
}

/** Writes what was kept. */
export function drain(socket: BunSocket): void {
  const { data } = socket;
  if (data === undefined) return;
  socket.data = undefined;
  send(socket, data);
}
