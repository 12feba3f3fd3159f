import type { Address, ConnectionOptions, Drained, Factory, ListeningPort } from 'couplet';
import type { ServerEndpoint } from 'couplet/endpoints';
import { placeOf, proxyEndpoint, serverFromString } from 'couplet/endpoints';
import type { Service, ServiceContext } from './service.ts';

/** Where a `StreamServerService` listens: a server description such as `tcp:8007`, or an endpoint. */
export type ServerPlaces = string | ServerEndpoint | readonly (string | ServerEndpoint)[];

/**
 * Listens at one or more places, and has the factory build a protocol for each connection. The configuration may put other places, and
 * limits and timeouts, in place of none or its own: `[service.NAME]`.
 *
 * A place that is a description (`serverFromString` of `couplet/endpoints`) is bound by the supervisor, so that a reload loses no
 * connection. An endpoint is opened by the process itself: this works with one process only, and a reload cannot hand it over.
 */
export class StreamServerService implements Service {
  readonly name: string;
  /** Where the application has it listen. */
  readonly places: readonly (string | ServerEndpoint)[];
  readonly #factory: Factory;
  readonly #options: ConnectionOptions;
  #ports: ListeningPort[] = [];

  /** `options` bound its connections. */
  constructor(name: string, places: ServerPlaces, factory: Factory, options: ConnectionOptions = {}) {
    this.name = name;
    this.places = isList(places) ? places : [places];
    this.#factory = factory;
    this.#options = options;
  }

  /** Where it listens in this process: nowhere before it has started and once it stops. */
  get hosts(): readonly Address[] {
    return this.#ports.map((port) => port.getHost());
  }

  async start(context: ServiceContext): Promise<void> {
    const { '~deployment': deployment, path, reactor } = context;
    const { listen, proxyProtocol } = deployment.settingsOf(path);
    const factory = deployment.guard(path, this.#factory);
    for (const place of listen ?? this.places) {
      const endpoint = typeof place === 'string' ? serverFromString(reactor, place) : place;
      const outer = proxyProtocol === undefined ? endpoint : proxyEndpoint(endpoint, { trusted: proxyProtocol });
      const port = await outer.listen(factory, this.#options);
      this.#ports.push(port);
      deployment.listens(path, port, typeof place === 'string' ? placeOf(place).tls?.cert : undefined);
    }
  }

  async draining(leftMs: number): Promise<Drained> {
    const all = await Promise.all(this.#ports.map((port) => port.drain({ timeoutMs: leftMs })));
    return {
      closed: all.reduce((sum, { closed }) => sum + closed, 0),
      aborted: all.reduce((sum, { aborted }) => sum + aborted, 0),
    };
  }

  /** Closes the ports, and ends what is left of their connections. */
  async stop(): Promise<void> {
    await Promise.all(this.#ports.splice(0).map((port) => port.drain({ timeoutMs: 0 })));
  }
}

function isList(places: ServerPlaces): places is readonly (string | ServerEndpoint)[] {
  return Array.isArray(places);
}
