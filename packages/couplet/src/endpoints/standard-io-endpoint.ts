import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** Standard input and output, as one connection. They can be listened on once in a process, and the port stops with that
 * connection. Nothing else may be printed on standard output. */
export class StandardIOEndpoint implements ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #options: ConnectionOptions;

  constructor(reactor: Reactor, options: ConnectionOptions = {}) {
    this.#reactor = reactor;
    this.#options = options;
  }

  listen(factory: Factory, options: ConnectionOptions = {}): Promise<ListeningPort> {
    return this.#reactor.listenStdio(factory, { ...options, ...this.#options });
  }
}
