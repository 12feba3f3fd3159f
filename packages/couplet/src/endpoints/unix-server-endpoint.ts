import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { ListenUNIXOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** A UNIX socket. */
export class UNIXServerEndpoint implements ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #path: string;
  readonly #options: ListenUNIXOptions;

  constructor(reactor: Reactor, path: string, options: ListenUNIXOptions = {}) {
    this.#reactor = reactor;
    this.#path = path;
    this.#options = options;
  }

  listen(factory: Factory, options: ConnectionOptions = {}): Promise<ListeningPort> {
    return this.#reactor.listenUNIX(this.#path, factory, { ...options, ...this.#options });
  }
}
