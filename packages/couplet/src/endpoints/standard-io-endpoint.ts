import type { ConnectionOptions } from '../protocol/connection-options.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { PortOptions } from '../reactor/listen-options.ts';
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

  /** Rejects also when it is to be wrapped: in TLS, or in the PROXY protocol. */
  async listen(factory: Factory, options: PortOptions = {}): Promise<ListeningPort> {
    if (options.tls !== undefined || options.haproxy !== undefined)
      throw new CannotListenError('stdio', undefined, 'there is neither TLS nor a PROXY header on it');
    return this.#reactor.listenStdio(factory, { ...options, ...this.#options });
  }
}
