import type { ProxyOptions } from '../haproxy/options.ts';
import { checkProxyHeader, type ProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS, ServerTLS } from '../protocol/tls.ts';
import { checkTLS } from '../protocol/tls.ts';
import { checkEndpoint } from './check-endpoint.ts';
import type { ClientEndpoint } from './client-endpoint.ts';
import type { ServerEndpoint } from './server-endpoint.ts';
import { StreamServerEndpoint } from './stream-server-endpoint.ts';
import { WrappedClientEndpoint } from './wrapped-client-endpoint.ts';

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
