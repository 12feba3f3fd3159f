import type { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import type { ClientEndpoint, DialOptions } from './client-endpoint.ts';
import { factoryFor } from './stream-client-endpoint.ts';

/** An endpoint around another one: it connects with options of its own as well. */
export class WrappedClientEndpoint implements ClientEndpoint {
  readonly #inner: ClientEndpoint;
  readonly #options: () => DialOptions | Promise<DialOptions>;

  constructor(inner: ClientEndpoint, options: () => DialOptions | Promise<DialOptions>) {
    this.#inner = inner;
    this.#options = options;
  }

  async connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  async connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
  async connect(target: ProtocolUnder<ClientFactory> | ClientFactory, options: DialOptions = {}): Promise<unknown> {
    const factory = factoryFor(target);
    return this.#inner.connect(factory, { ...options, ...(await this.#options()) });
  }
}
