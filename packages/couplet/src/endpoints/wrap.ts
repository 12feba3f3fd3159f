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

/** An endpoint around another one, which connects with options of its own in addition. */
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

/**
 * Returns an endpoint that listens where `endpoint` does, with TLS for each connection. After `tls.replace` new connections use the
 * new certificates.
 *
 * Throws a `TypeError` if `tls` is not a `ServerTLS` or `endpoint` is not a server endpoint. Its `listen` rejects with a
 * `CannotListenError` if the endpoint is standard input and output.
 */
export function wrapServerTLS(tls: ServerTLS, endpoint: ServerEndpoint): ServerEndpoint {
  checkTLS(tls, 'server');
  checkEndpoint(endpoint, 'listen');
  return new StreamServerEndpoint((factory, given) => endpoint.listen(factory, { ...given, tls }));
}

/**
 * Returns an endpoint that connects where `endpoint` does, with TLS. The server's certificate must be for the `serverName` of
 * `tls`, or for the host of the endpoint if it has none; around a UNIX socket it needs one.
 *
 * Throws a `TypeError` if `tls` is not a `ClientTLS` or `endpoint` is not a client endpoint. Its `connect` rejects with a
 * `ConnectError` if the endpoint is standard input and output, and with a `TypeError` if a `serverName` is missing.
 */
export function wrapClientTLS(tls: ClientTLS, endpoint: ClientEndpoint): ClientEndpoint {
  checkTLS(tls, 'client');
  checkEndpoint(endpoint, 'connect');
  return new WrappedClientEndpoint(endpoint, () => ({ tls }));
}

/**
 * Returns an endpoint that listens where `endpoint` does, behind proxies that speak the PROXY protocol: each connection has to
 * begin with a header, before TLS, and its addresses are those that the header announces.
 *
 * Throws a `TypeError` if `endpoint` is not a server endpoint. Its `listen` rejects with a `RangeError` that names the option or
 * network which is wrong, and with a `CannotListenError` if the endpoint is standard input and output.
 */
export function proxyEndpoint(endpoint: ServerEndpoint, options: ProxyOptions): ServerEndpoint {
  checkEndpoint(endpoint, 'listen');
  return new StreamServerEndpoint((factory, given) => endpoint.listen(factory, { ...given, haproxy: options }));
}

/**
 * Returns an endpoint that connects where `endpoint` does, and sends a PROXY header first, before TLS.
 *
 * Throws a `TypeError` if `endpoint` is not a client endpoint or `proxyHeader` is neither a header nor 1 or 2. Its `connect`
 * rejects with a `ConnectError` if the header cannot be written.
 *
 * @param proxyHeader The header to send, or 1 or 2 for a header of that version which announces the local end itself.
 */
export function announceEndpoint(endpoint: ClientEndpoint, proxyHeader: ProxyHeader | 1 | 2): ClientEndpoint {
  checkEndpoint(endpoint, 'connect');
  checkProxyHeader(proxyHeader);
  return new WrappedClientEndpoint(endpoint, () => ({ proxyHeader }));
}
