export type { ClientEndpoint, StreamClientEndpoint } from '../endpoints/client-endpoints.ts';
export {
  HostnameEndpoint,
  ProcessEndpoint,
  SSL4ClientEndpoint,
  StandardIOClientEndpoint,
  TCP4ClientEndpoint,
  TCP6ClientEndpoint,
  UNIXClientEndpoint,
} from '../endpoints/client-endpoints.ts';
export { clientFromString } from '../endpoints/client-from-string.ts';
export type { Reachable, ServiceOptions } from '../endpoints/client-service.ts';
export { ClientService, ServiceStopped } from '../endpoints/client-service.ts';
export type { Description } from '../endpoints/description.ts';
export type { InheritOptions, SocketTable } from '../endpoints/inherit.ts';
export { inheritSockets } from '../endpoints/inherit.ts';
export type { EndpointKind } from '../endpoints/registry.ts';
export { registerEndpoint } from '../endpoints/registry.ts';
export type { ServerEndpoint, StreamServerEndpoint } from '../endpoints/server-endpoints.ts';
export {
  AdoptedStreamServerEndpoint,
  SSL4ServerEndpoint,
  StandardIOEndpoint,
  TCP4ServerEndpoint,
  TCP6ServerEndpoint,
  UNIXServerEndpoint,
} from '../endpoints/server-endpoints.ts';
export { placeOf, serverFromString } from '../endpoints/server-from-string.ts';
export type { ServerPlace, SystemdSocket, TLSFiles } from '../endpoints/server-place.ts';
export type { Builder, ProtocolOf } from '../endpoints/service-factory.ts';
export { failover, roundRobin } from '../endpoints/several.ts';
export { ListenFDs, SystemdServerEndpoint } from '../endpoints/systemd.ts';
export type { WaitOptions } from '../endpoints/waiters.ts';
export { announceEndpoint, proxyEndpoint, wrapClientTLS, wrapServerTLS } from '../endpoints/wrap.ts';
export type { ProxyDetails, ProxySsl } from '../haproxy/tlv.ts';
export { detailsOf, TLV } from '../haproxy/tlv.ts';
export type { DialOptions } from '../reactor/options.ts';
export { quoteStringArgument } from '../values/quote.ts';
