import type { HostAddress } from './address.ts';
import type { Cause } from './cause.ts';
import type { ClockFacet } from './clock.ts';
import type { Processes } from './processes.ts';
import type { Streams } from './streams.ts';
import type { Surroundings } from './surroundings.ts';

/** Looks up host names. */
export interface Resolver {
  /** Resolves to all addresses of a name, in the resolver's order (RFC 6724), or to a cause of the kind `lookup`. It never rejects. */
  resolve(host: string): Promise<readonly HostAddress[] | Cause>;
}

/**
 * What a runtime must provide, in facets, which the engine reads once; nothing above the seam touches a runtime. An optional facet, or
 * member of one, is absent where a runtime lacks it. They are own properties, and work without their `this`: so a backend that differs
 * in one thing is `{ ...backend, names: { resolve } }`. `checkBackend` of `couplet-conformance` checks whether one keeps its promises.
 */
export interface Backend {
  /** Names the runtime in error messages and benchmarks. */
  readonly name: string;
  /** Time, chance and turns of the event loop. */
  readonly clock: ClockFacet;
  /** TCP, UNIX sockets, standard input and output, and TLS on them. */
  readonly streams: Streams;
  /** The resolver of host names. */
  readonly names: Resolver;
  /** The process around the engine: environment, files, signals and standard error. */
  readonly surroundings: Surroundings;
  /** Child processes; absent where the runtime cannot start any. */
  readonly processes?: Processes;
  /** Called when memory of the engine's own that a wire was handed is out of use: spoil it, so that a wrong use shows. */
  readonly released?: (bytes: Buffer) => void;
  /** Returns the backend, with an alarm of its own, of one more reactor of the process. Where it is absent, no inspector can be served. */
  readonly sibling?: () => Backend;
}
