import type { Server } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import { causeOfThrown } from './cause.ts';

/** Has a server listen; resolves to the cause when that fails. */
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

/** The port is free as soon as the runtime has handled the close; 'close' itself waits for the last connection. */
export function stopListening(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}
