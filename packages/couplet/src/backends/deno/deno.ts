import type { Backend, Resolver } from '../../seam/backend.ts';
import type { ClockFacet } from '../../seam/clock.ts';
import type { Processes } from '../../seam/processes.ts';
import type { Streams } from '../../seam/streams.ts';
import type { Surroundings } from '../../seam/surroundings.ts';
import { NodeBackend } from '../node/node.ts';
import { listen } from './listening.ts';
import { permitted } from './permission.ts';
import { spawn } from './spawn.ts';
import { tlsContext } from './tls.ts';

/**
 * The backend of Deno: `NodeBackend` on the `node:net` of Deno, whose own sockets can neither reset a connection nor begin TLS on a
 * server's. `new Reactor(new DenoBackend())` is a reactor of its own. The constructor throws an `Error` on another runtime.
 */
export class DenoBackend implements Backend {
  readonly name = 'deno';
  readonly clock: ClockFacet;
  readonly streams: Streams;
  readonly names: Resolver;
  readonly surroundings: Surroundings;
  readonly processes: Processes;
  /** Another one like it. */
  readonly sibling = (): Backend => new DenoBackend();

  /** Throws an `Error` on another runtime than Deno. */
  constructor() {
    if (!('Deno' in globalThis))
      throw new Error('DenoBackend needs Deno, and this is another runtime: use NodeBackend of couplet/node');
    const { clock, streams, names, surroundings } = new NodeBackend();
    this.clock = clock;
    this.streams = { ...streams, listen, tlsContext };
    this.names = permitted(names);
    this.surroundings = surroundings;
    this.processes = { spawn };
  }
}
