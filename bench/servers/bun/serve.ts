import type { Answerer } from '../answerer.ts';
import type { Identity } from '../identity.ts';

/** What a server keeps for a connection. */
interface Kept {
  /** What the kernel has not taken of a write. */
  rest?: Uint8Array | undefined;
  readonly answerer?: Answerer;
  /** How many bytes are to be sent yet. */
  left?: number;
}

/** What is used of a socket of Bun. */
export interface BunSocket {
  data: Kept | undefined;
  write(chunk: Uint8Array): number;
  pause(): void;
  resume(): void;
  end(): void;
  shutdown(): void;
  terminate(): void;
}

/** What a server does with its sockets. */
export interface Handlers {
  open?(socket: BunSocket): void;
  /** Through TLS: from now on it can write. */
  handshake?(socket: BunSocket): void;
  data(socket: BunSocket, chunk: Buffer): void;
  end?(socket: BunSocket): void;
  close?(socket: BunSocket): void;
  drain(socket: BunSocket): void;
}

interface Bun {
  listen(place: object): { readonly port: number };
}

function isBun(found: unknown): found is Bun {
  return typeof found === 'object' && found !== null && 'listen' in found;
}

/** Listens on 127.0.0.1 by Bun's own sockets, through TLS where it is given, and prints the port. */
export function serve(socket: Handlers, tls?: Identity): void {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (!isBun(bun)) throw new Error('this is not Bun');
  const place = { hostname: '127.0.0.1', port: 0, allowHalfOpen: true, socket };
  const { port } = bun.listen(tls === undefined ? place : { ...place, tls });
  console.log(port);
}

/** Writes what the kernel takes, and keeps the rest. False when there is some. */
export function send(socket: BunSocket, chunk: Uint8Array): boolean {
  const { data } = socket;
  const all = data?.rest === undefined ? chunk : Buffer.concat([data.rest, chunk]);
  const taken = socket.write(all);
  const rest = taken >= 0 && taken < all.length ? all.subarray(taken) : undefined;
  if (data !== undefined) data.rest = rest;
  else if (rest !== undefined) socket.data = { rest };
  return rest === undefined;
}

/** Writes what was kept. False when some of it is left. */
export function drain(socket: BunSocket): boolean {
  const { data } = socket;
  const rest = data?.rest;
  if (data === undefined || rest === undefined) return true;
  data.rest = undefined;
  return send(socket, rest);
}
