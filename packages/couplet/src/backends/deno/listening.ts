import type { Server } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import type { Listener, ListenPlace, ListenSink } from '../../seam/streams.ts';
import { isHandle } from '../node/inherited.ts';
import { listen as listenWith } from '../node/node.ts';
import { refusalOf } from './permission.ts';

/** How often Deno is made to look for connections, in milliseconds: R19 allows a second. */
const LOOK_MS = 250;

/** The servers that listen. */
const servers: Set<Server> = new Set();
let looking: NodeJS.Timeout | undefined;

/**
 * Listens, and makes Deno look for connections every so often: when it has had no descriptor for one, it does not look again. A socket of
 * Deno cannot be kept without accepting, so an inherited one ends with its first port.
 */
export async function listen(place: ListenPlace, sink: ListenSink): Promise<Listener | Cause> {
  const refusal = place.kind === 'tcp' ? refusalOf(place.host, place.port) : undefined;
  if (refusal !== undefined) return refusal;
  let server: Server | undefined;
  const listener = await listenWith(place, sink, (made) => {
    server = made;
  });
  if (server === undefined || 'kind' in listener) return listener;
  const { name } = listener;
  const end = begin(server);
  return {
    name,
    close: () => {
      end();
      return listener.close();
    },
  };
}

/** Returns a function that ends it for this server. */
function begin(server: Server): () => void {
  servers.add(server);
  looking ??= setInterval(() => servers.forEach(look), LOOK_MS).unref();
  return () => {
    servers.delete(server);
    if (servers.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  };
}

/** Asked to read from a listening socket, Deno looks for connections. It asks for the callback, which it does not call. */
function look(server: Server): void {
  const handle: unknown = Reflect.get(server, '_handle');
  if (!isHandle(handle)) return;
  Object.assign(handle, { onread: () => {} });
  handle.readStart();
  handle.readStop();
}
