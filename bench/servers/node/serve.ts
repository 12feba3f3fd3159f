import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Listens on 127.0.0.1 and prints the port. A reset by the load is no error. */
export function serve(connected: (socket: Socket) => void): void {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    connected(socket);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    console.log((server.address() as AddressInfo).port);
  });
}
