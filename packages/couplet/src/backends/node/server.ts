import type { Server } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import { causeOfThrown } from './cause.ts';

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
export function stopListening(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}
