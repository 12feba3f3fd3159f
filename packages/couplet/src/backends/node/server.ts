import type { Server } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import { causeOfThrown } from './cause.ts';

/** What listens on a UNIX socket, to begin and to end that. */
export interface PathListener {
  /** Binds and listens, and calls `bound` before it returns. Resolves to the cause if one of them fails; it never rejects. */
  listen(path: string, backlog: number, bound: () => void): Promise<Cause | undefined>;
  /** Stops listening. */
  close(): void;
}

/** Makes a server of the runtime listen on a UNIX socket. */
export function pathListener(server: Server): PathListener {
  return {
    listen: (path, backlog, bound) =>
      startListening(server, () => {
        // Without `exclusive`, the primary process of a cluster would bind.
        server.listen({ path, backlog, exclusive: true });
        // The server reports later what went wrong.
        if (server.listening) bound();
      }),
    close: () => void server.close(),
  };
}

/** Makes a server listen. Resolves to the cause if that fails. */
export function startListening(server: Server, listen: () => void): Promise<Cause | undefined> {
  return new Promise((resolve) => {
    const failed = (error: unknown): void => resolve(causeOfThrown(error));
    server.on('error', failed);
    server.once('listening', () => resolve(undefined));
    try {
      listen();
    } catch (error) {
      failed(error);
    }
  });
}

/** Closes a server. Resolves once the port is free, which is before 'close': that waits for the last connection. */
export function stopListening(server: { close(): unknown }): Promise<void> {
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}
