import type { Cause } from '../../seam/cause.ts';
import { causeOfThrown } from './cause.ts';

/** What is used of a server of the runtime, to begin and to end listening. */
export interface ListeningServer {
  readonly listening: boolean;
  listen(where: { readonly path: string; readonly backlog: number; readonly exclusive?: boolean }): unknown;
  close(): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'listening', listener: () => void): unknown;
}

/** Makes a server listen. Resolves to the cause if that fails. */
export function startListening(server: ListeningServer, listen: () => void): Promise<Cause | undefined> {
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
export function stopListening(server: ListeningServer): Promise<void> {
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}
