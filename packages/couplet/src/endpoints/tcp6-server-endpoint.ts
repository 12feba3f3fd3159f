import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { ListenOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** A TCP port, on all interfaces of both families unless the options name one. */
export class TCP6ServerEndpoint implements ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #port: number;
  readonly #options: ListenOptions;

  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    this.#reactor = reactor;
    this.#port = port;
    this.#options = options;
  }

  listen(factory: Factory, options: ConnectionOptions = {}): Promise<ListeningPort> {
    return this.#reactor.listenTCP(this.#port, factory, { ...options, interface: '::', ...this.#options });
  }
}
