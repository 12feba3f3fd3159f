import type { HostAddress } from './address.ts';
import type { Cause } from './cause.ts';
import type { ClockFacet } from './clock.ts';
import type { Streams } from './streams.ts';
import type { Surroundings } from './surroundings.ts';

/** Looks host names up. */
export interface Resolver {
  /**
   * All addresses of a host name, which is not empty, in the resolver's order (RFC 6724), or the cause, of the kind `lookup`, why
   * there is none. It never rejects.
   */
  resolve(host: string): Promise<readonly HostAddress[] | Cause>;
}

/**
 * What a runtime must provide, in facets; nothing above the seam touches a runtime. What a runtime lacks is absent: a facet, or
 * a member of one, that is optional.
 *
 * Facets and their members are own properties, and work without their `this`: so a test, or a backend that differs in one thing
 * only, is `{ ...backend, names: { resolve } }` or `{ ...backend, clock: { ...backend.clock, now } }`. The engine reads the
 * facets once. `checkBackend` of `couplet/testing` tells whether a backend keeps its promises.
 */
export interface Backend {
  /** Names the runtime in error messages and benchmarks. */
  readonly name: string;
  readonly clock: ClockFacet;
  readonly streams: Streams;
  readonly names: Resolver;
  readonly surroundings: Surroundings;
  /** Memory of the engine's own that a wire was handed is out of use: it may be spoiled, so that a wrong use shows. */
  readonly released?: (bytes: Buffer) => void;
}
