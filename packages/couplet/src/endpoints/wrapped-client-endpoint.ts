import { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import type { ClientEndpoint, DialOptions } from './client-endpoint.ts';

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
    const all = { ...options, ...(await this.#options()) };
    return target instanceof ClientFactory ? this.#inner.connect(target, all) : this.#inner.connect(target, all);
  }
}
