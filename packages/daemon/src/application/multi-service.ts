import type { Drained } from 'couplet';
import type { Service, ServiceContext } from './service.ts';
import type { ServiceDeadlines } from './service-list.ts';
import { ServiceList } from './service-list.ts';

/**
 * Services under one name. They start in order, each once the one before it has started, and stop in reverse. If one fails to start,
 * those that have started are stopped in reverse, and the error names it: `poetry/upstream/cache: ...`.
 */
export class MultiService implements Service {
  readonly name: string;
  readonly #list: ServiceList;

  /**
   * Throws a `RangeError` if two have the same name, a name is not one or a deadline is not above 0, and a `TypeError` if one is not a
   * service.
   */
  constructor(name: string, services: readonly Service[], deadlines: ServiceDeadlines = {}) {
    this.name = name;
    this.#list = new ServiceList(services, deadlines);
  }

  /** The services in it, in their order. */
  get services(): readonly Service[] {
    return this.#list.services;
  }

  start(context: ServiceContext): Promise<void> {
    return this.#list.start(context);
  }

  draining(leftMs: number): Promise<Drained> {
    return this.#list.draining(leftMs);
  }

  stop(signal: AbortSignal): Promise<void> {
    return this.#list.stop(signal);
  }
}
