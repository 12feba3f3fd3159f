import type { Backend, Resolver } from '../../seam/backend.ts';
import type { ClockFacet } from '../../seam/clock.ts';
import type { Processes } from '../../seam/processes.ts';
import type { Streams } from '../../seam/streams.ts';
import type { Surroundings } from '../../seam/surroundings.ts';
import { adopt } from '../node/adopt.ts';
import { NodeBackend } from '../node/node.ts';
import { connectStdio, listenStdio } from '../node/stdio.ts';
import { bunRuntime } from './bun-sockets.ts';
import { listenInherited } from './inherited.ts';
import { adoptSocket } from './native-adopt.ts';
import { connectTo } from './native-dial.ts';
import { listenPath, listenTCP } from './native-listener.ts';
import { spawn } from './native-spawn.ts';
import { openStdio } from './native-stdio.ts';

/**
 * The backend of Bun: TCP and UNIX sockets, TLS and the pipes of processes on its own sockets, all else as in `NodeBackend`.
 * `new Reactor(new BunBackend())` is a reactor of its own. The constructor throws an `Error` on another runtime.
 */
export class BunBackend implements Backend {
  readonly name = 'bun';
  readonly clock: ClockFacet;
  readonly streams: Streams;
  readonly names: Resolver;
  readonly surroundings: Surroundings;
  readonly processes: Processes;
  /** Another one like it. */
  readonly sibling = (): Backend => new BunBackend();

  /** Throws an `Error` on another runtime than Bun. */
  constructor() {
    const bun = bunRuntime();
    const { clock, streams, names, surroundings } = new NodeBackend();
    this.clock = clock;
    this.names = names;
    this.surroundings = surroundings;
    this.processes = { spawn: (place, sink) => spawn(bun, place, sink) };
    this.streams = {
      ...streams,
      listen: async (place, sink) => {
        if (place.kind === 'tcp') return listenTCP(bun, place, sink);
        if (place.kind === 'unix') return listenPath(bun, place, sink);
        if (place.kind === 'stdio') return listenStdio(sink, () => openStdio(bun));
        return (await listenInherited(bun, place, sink)) ?? streams.listen(place, sink);
      },
      adopt: (place, settled) => {
        if ('duplex' in place) adopt(place, settled);
        else setImmediate(() => adoptSocket(bun, place, settled) || adopt(place, settled));
      },
      connect: (place, attempt) =>
        place.kind === 'stdio' ? connectStdio(attempt, () => openStdio(bun)) : connectTo(bun, place, attempt),
    };
  }
}
