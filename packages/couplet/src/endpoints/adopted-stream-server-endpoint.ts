import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { PortOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** A descriptor of a TCP or UNIX socket that is bound, which the process inherited. It can be listened on once. */
export class AdoptedStreamServerEndpoint implements ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #fd: number;
  readonly #options: PortOptions;

  constructor(reactor: Reactor, fd: number, options: PortOptions = {}) {
    this.#reactor = reactor;
    this.#fd = fd;
    this.#options = options;
  }

  listen(factory: Factory, options: ConnectionOptions = {}): Promise<ListeningPort> {
    return this.#reactor.adoptStreamPort(this.#fd, factory, { ...options, ...this.#options });
  }
}
