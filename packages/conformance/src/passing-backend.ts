import type { Backend, ClockFacet, Resolver, Streams, Surroundings } from 'couplet/testing';

/** A backend that passes everything on to another one. A subclass replaces the facets whose calls it has to see. */
export class PassingBackend implements Backend {
  readonly name: string;
  clock: ClockFacet;
  streams: Streams;
  names: Resolver;
  surroundings: Surroundings;

  constructor({ name, clock, streams, names, surroundings }: Backend) {
    this.name = name;
    this.clock = clock;
    this.streams = streams;
    this.names = names;
    this.surroundings = surroundings;
  }
}
