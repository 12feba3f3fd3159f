import { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { checkProtocol } from '../protocol/role.ts';
import type { ClientEndpoint, DialOptions } from './client-endpoint.ts';

/** How a kind of endpoint connects a factory. */
type Dial = <F extends ClientFactory>(factory: F, options: DialOptions) => Connector<BuiltBy<F>>;

/** What the client endpoints share: a protocol may stand for its factory, and a promise for the connector. */
export class StreamClientEndpoint implements ClientEndpoint {
  readonly #dial: Dial;

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  async connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  async connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
  async connect(target: ProtocolUnder<ClientFactory> | ClientFactory, options: DialOptions = {}): Promise<unknown> {
    return this.#dial(factoryFor(target), options).whenConnected();
  }
}

/** The factory to connect with. Throws a `TypeError` for what is neither a protocol nor a client factory. */
export function factoryFor(target: ProtocolUnder<ClientFactory> | ClientFactory): ClientFactory {
  if (target instanceof ClientFactory) return target;
  checkProtocol(target, 'protocol');
  return new One(target);
}

/** The factory of a protocol that is there already. */
class One extends ClientFactory {
  readonly #built: ProtocolUnder<ClientFactory>;
  constructor(built: ProtocolUnder<ClientFactory>) {
    super();
    this.#built = built;
  }
  override buildProtocol(): ProtocolUnder<ClientFactory> {
    return this.#built;
  }
}
