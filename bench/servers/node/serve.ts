import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Identity } from '../identity.ts';

/** Listens on 127.0.0.1, through TLS where it is given, and prints the port. A reset by the load is no error. */
export function serve(connected: (socket: Socket) => void, tls?: Identity): void {
  const accept = (socket: Socket): void => {
    socket.on('error', () => {});
    connected(socket);
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    console.log((server.address() as AddressInfo).port);
  });
}
