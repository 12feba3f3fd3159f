import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { PortOptions } from '../reactor/listen-options.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** An endpoint around another one: it listens with options of its own as well. */
export class WrappedServerEndpoint implements ServerEndpoint {
  readonly #inner: ServerEndpoint;
  readonly #options: () => PortOptions | Promise<PortOptions>;

  constructor(inner: ServerEndpoint, options: () => PortOptions | Promise<PortOptions>) {
    this.#inner = inner;
    this.#options = options;
  }

  async listen(factory: Factory, options: PortOptions = {}): Promise<ListeningPort> {
    return this.#inner.listen(factory, { ...options, ...(await this.#options()) });
  }
}
