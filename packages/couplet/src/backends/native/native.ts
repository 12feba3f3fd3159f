import type { Backend, Resolver } from '../../seam/backend.ts';
import type { Cause } from '../../seam/cause.ts';
import type { ClockFacet } from '../../seam/clock.ts';
import type { Processes } from '../../seam/processes.ts';
import type { ListenSink, Streams } from '../../seam/streams.ts';
import type { Surroundings } from '../../seam/surroundings.ts';
import { adopt } from '../node/adopt.ts';
import { NodeBackend } from '../node/node.ts';
import { kernel, type LinuxKernel } from './kernel.ts';
import { adoptSocket } from './kernel-adopt.ts';
import { connectTo } from './kernel-dial.ts';
import { isInherited, listenInherited, listenPath, listenTCP } from './kernel-listener.ts';

/** Whether a listener was told that the sockets are those of Node. */
let told = false;

/**
 * The backend of Node on the system calls of Linux, by `node:ffi`: TCP and UNIX sockets on the kernel itself, all else, and TLS, as in
 * `NodeBackend`. It needs Node 26.1 or later on Linux, on x64 or arm64, in the main thread; elsewhere it is like `NodeBackend`, `unavailable`
 * says why, and the first port tells that to observers. It is as experimental as `node:ffi` is. `new Reactor(new NativeBackend())` is a
 * reactor of its own.
 */
export class NativeBackend implements Backend {
  readonly name: string;
  readonly clock: ClockFacet;
  readonly streams: Streams;
  readonly names: Resolver;
  readonly surroundings: Surroundings;
  readonly processes: Processes;
  /** Another one like it. */
  readonly sibling = (): Backend => new NativeBackend();
  /** Why the sockets are those of `NodeBackend`, in words; undefined where they are the kernel's. */
  readonly unavailable: string | undefined;

  /** Looks for the system calls at the first use in the process; Node then warns that `node:ffi` is experimental. */
  constructor() {
    const found = kernel();
    const { clock, streams, names, surroundings, processes } = new NodeBackend();
    this.clock = clock;
    this.names = names;
    this.surroundings = surroundings;
    this.processes = processes;
    if (typeof found === 'string') {
      this.name = 'node';
      this.unavailable = found;
      this.streams = {
        ...streams,
        listen: async (place, sink) => {
          const listener = await streams.listen(place, sink);
          if (!('kind' in listener)) tell(sink, found);
          return listener;
        },
      };
    } else {
      this.name = 'native';
      this.unavailable = undefined;
      this.streams = streamsOf(found, streams);
    }
  }
}

function streamsOf(kernel: LinuxKernel, streams: Streams): Streams {
  return {
    ...streams,
    listen: (place, sink) => {
      if (place.kind === 'tcp') return listenTCP(kernel, place, sink);
      if (place.kind === 'unix') return listenPath(kernel, place, sink);
      return isInherited(place) ? listenInherited(kernel, place, sink) : streams.listen(place, sink);
    },
    connect: (place, attempt) =>
      place.kind === 'stdio' ? streams.connect(place, attempt) : connectTo(kernel, place, attempt),
    adopt: (place, settled) => {
      if ('duplex' in place) adopt(place, settled);
      else setImmediate(() => adoptSocket(kernel, place, settled) || adopt(place, settled));
    },
  };
}

/** Tells why the sockets are those of Node to the first sink of the process that listens. */
function tell(sink: ListenSink, why: string): void {
  if (told) return;
  told = true;
  const cause: Cause = { kind: 'other', code: 'ENOTSUP', detail: `the sockets are those of node:net: ${why}` };
  process.nextTick(() => sink.onAcceptFailed(cause));
}
