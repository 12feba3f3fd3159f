import type { ProxyOptions } from '../haproxy/options.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import { checkProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS, ServerTLS } from '../protocol/tls.ts';
import { checkTLS } from '../protocol/tls.ts';
import type { DialOptions } from '../reactor/options.ts';
import { checkEndpoint } from './check-endpoint.ts';
import type { ClientEndpoint } from './client-endpoints.ts';
import { factoryFor } from './client-endpoints.ts';
import type { ServerEndpoint } from './server-endpoints.ts';
import { StreamServerEndpoint } from './server-endpoints.ts';

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

/** TLS around any server endpoint but standard input and output. */
export function wrapServerTLS(tls: ServerTLS, endpoint: ServerEndpoint): ServerEndpoint {
  checkTLS(tls, 'server');
  checkEndpoint(endpoint, 'listen');
  return new StreamServerEndpoint((factory, given) => endpoint.listen(factory, { ...given, tls }));
}

/** TLS around any client endpoint but standard input and output. Around a UNIX socket it needs a `serverName`. */
export function wrapClientTLS(tls: ClientTLS, endpoint: ClientEndpoint): ClientEndpoint {
  checkTLS(tls, 'client');
  checkEndpoint(endpoint, 'connect');
  return new WrappedClientEndpoint(endpoint, () => ({ tls }));
}

/**
 * The PROXY protocol around a server endpoint, also around one with TLS: each connection has to begin with its header, and has
 * the addresses that it announces.
 */
export function proxyEndpoint(endpoint: ServerEndpoint, options: ProxyOptions): ServerEndpoint {
  checkEndpoint(endpoint, 'listen');
  return new StreamServerEndpoint((factory, given) => endpoint.listen(factory, { ...given, haproxy: options }));
}

/** A client endpoint whose connections begin with a PROXY header: the one given, or one of that version about themselves. */
export function announceEndpoint(endpoint: ClientEndpoint, proxyHeader: ProxyHeader | 1 | 2): ClientEndpoint {
  checkEndpoint(endpoint, 'connect');
  checkProxyHeader(proxyHeader);
  return new WrappedClientEndpoint(endpoint, () => ({ proxyHeader }));
}
