import type { Sink } from '../../seam/wire.ts';
import type { BunSocket } from './bun-sockets.ts';
import type { SocketEnds } from './ends.ts';
import { NativeWire } from './native-wire.ts';

/** Makes a wire of a socket and passes on what that receives to the sink that `take` returns; closes the socket where that is null. */
export function seat(socket: BunSocket, ends: SocketEnds, take: (wire: NativeWire) => Sink | null): void {
  const wire = new NativeWire(socket, ends);
  socket.data = wire;
  const sink = take(wire);
  if (sink === null) socket.close();
  else wire.attach(sink);
}
