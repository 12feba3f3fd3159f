import type { Backend, ClockFacet, Processes, Resolver, Streams, Surroundings } from 'couplet/testing';

/** A backend that passes everything on to another one. A subclass replaces the facets whose calls it has to see. */
export class PassingBackend implements Backend {
  readonly name: string;
  clock: ClockFacet;
  streams: Streams;
  names: Resolver;
  surroundings: Surroundings;
  processes?: Processes;

  constructor({ name, clock, streams, names, surroundings, processes }: Backend) {
    this.name = name;
    this.clock = clock;
    this.streams = streams;
    this.names = names;
    this.surroundings = surroundings;
    if (processes !== undefined) this.processes = processes;
  }
}
