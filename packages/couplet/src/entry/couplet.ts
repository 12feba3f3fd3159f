import { NodeBackend } from '../backends/node/node.ts';
import { Connection } from '../connection/connection.ts';
import type { Handler } from '../connection/conversation.ts';
import { ConversationFactory } from '../connection/conversation.ts';
import { Inlet } from '../connection/inlet.ts';
import type { DialOptions } from '../endpoints/client-endpoints.ts';
import { clientFromString } from '../endpoints/client-from-string.ts';
import { serverFromString } from '../endpoints/server-from-string.ts';
import { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy, Factory } from '../protocol/factory.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { Reactor } from '../reactor/reactor.ts';

export type { Address } from '../address/address.ts';
export { IPv4Address, IPv6Address, PipeAddress, UNIXAddress } from '../address/address.ts';
export type { Connection } from '../connection/connection.ts';
export type { Handler } from '../connection/conversation.ts';
export { ConversationFactory } from '../connection/conversation.ts';
export { EndpointSyntaxError } from '../endpoints/description.ts';
export { ProxyHeaderError } from '../haproxy/header.ts';
export type { ProxyOptions } from '../haproxy/options.ts';
export { ClientFactory } from '../protocol/client-factory.ts';
export type { Connector } from '../protocol/connector.ts';
export {
  CannotListenError,
  ConnectBindError,
  ConnectError,
  ConnectionAborted,
  ConnectionClosed,
  ConnectionDone,
  ConnectionLost,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  ReactorAlreadyRunning,
  ReactorNotRunning,
  TimeoutError,
  TLSError,
  UserAbortError,
} from '../protocol/errors.ts';
export type { BuiltBy } from '../protocol/factory.ts';
export { Factory, ServerFactory } from '../protocol/factory.ts';
export type { Observer } from '../protocol/observer.ts';
export type { ConnectionOptions } from '../protocol/options.ts';
export type { ListeningPort } from '../protocol/port.ts';
export type { Consumer, Producer, PullProducer } from '../protocol/producer.ts';
export type { AnyFactory, Callbacks, ProtocolClass, ProtocolFor, ProtocolUnder, Result } from '../protocol/protocol.ts';
export { Protocol } from '../protocol/protocol.ts';
export type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';
export type { ReconnectOptions } from '../protocol/reconnecting-client-factory.ts';
export { ReconnectingClientFactory } from '../protocol/reconnecting-client-factory.ts';
export type { ClientTLSOptions, PEM, ServerTLSOptions, TLS, TLSIdentity } from '../protocol/tls.ts';
export { ClientTLS, ServerTLS } from '../protocol/tls.ts';
export type { Transport } from '../protocol/transport.ts';
export type { ConnectOptions, ConnectUNIXOptions } from '../reactor/connect-options.ts';
export type { ListenOptions, ListenUNIXOptions, PortOptions } from '../reactor/listen-options.ts';
export type { RunOptions } from '../reactor/reactor.ts';
export { Reactor } from '../reactor/reactor.ts';
export type { SystemEvent, Trigger, TriggerPhase } from '../reactor/triggers.ts';
export type { TlsCertificate, TlsInfo, TlsVersion } from '../seam/tls.ts';
export type { BackOffOptions } from '../time/back-off.ts';
export type { Clock, DelayedCall } from '../time/clock.ts';
export type { ErrorReport } from '../values/error-report.ts';

/** The reactor of this process, on the runtime that it runs on. */
export const reactor: Reactor = new Reactor(new NodeBackend());

/** Options of `listen` and `serve`. */
export interface ListenDescriptionOptions extends ConnectionOptions {
  /** The reactor to listen with; the process's own unless set. */
  readonly reactor?: Reactor;
}

/** Options of `connect` and `open`. */
export interface ConnectDescriptionOptions extends DialOptions {
  /** The reactor to connect with; the process's own unless set. */
  readonly reactor?: Reactor;
}

/**
 * Listens where the description says, such as `tcp:8007:interface=127.0.0.1`, `unix:/run/echo.sock:mode=600`,
 * `tls:8443:cert=cert.pem:key=key.pem` or `systemd:name=echo`; `serverFromString` of `couplet/endpoints` tells more. Rejects with an `EndpointSyntaxError` that names the offending part, or like `Reactor.listenTCP`.
 */
export async function listen(
  description: string,
  factory: Factory,
  options: ListenDescriptionOptions = {},
): Promise<ListeningPort> {
  return serverFromString(options.reactor ?? reactor, description).listen(factory, options);
}

/**
 * Connects to what the description names, such as `tcp:example.org:8007:timeout=10`, `tls:example.org:8443` or
 * `unix:/run/echo.sock`, and resolves to the connected protocol: the one given, or one that the factory builds;
 * `clientFromString` of `couplet/endpoints` tells more. Rejects with an `EndpointSyntaxError` or a `ConnectError`, and with `UserAbortError` when the signal is aborted before.
 */
export async function connect<P extends ProtocolUnder<ClientFactory>>(
  description: string,
  protocol: P,
  options?: ConnectDescriptionOptions,
): Promise<P>;
export async function connect<F extends ClientFactory>(
  description: string,
  factory: F,
  options?: ConnectDescriptionOptions,
): Promise<BuiltBy<F>>;
export async function connect(
  description: string,
  protocolOrFactory: ProtocolUnder<ClientFactory> | ClientFactory,
  options: ConnectDescriptionOptions = {},
): Promise<unknown> {
  const endpoint = clientFromString(options.reactor ?? reactor, description);
  if (protocolOrFactory instanceof ClientFactory) return endpoint.connect(protocolOrFactory, options);
  return endpoint.connect(protocolOrFactory, options);
}

/**
 * Listens like `listen`, and has the handler serve each connection. When it returns, or the promise that it returned
 * resolves, the connection closes in order; what it throws is reported to the observers, and aborts that connection with the
 * error as the reason. The peer's end of output ends nothing but its reading: it may go on writing until it returns. To put
 * policies around it, `listen` with a `ConversationFactory`.
 */
export async function serve(
  description: string,
  handler: Handler,
  options: ListenDescriptionOptions = {},
): Promise<ListeningPort> {
  return listen(description, new ConversationFactory(handler), options);
}

/**
 * Connects like `connect`, and resolves to the connection. It is the caller's to close: `await using connection = await
 * open(...)` does.
 */
export async function open(description: string, options: ConnectDescriptionOptions = {}): Promise<Connection> {
  return new Connection(await connect(description, new Inlet(), options));
}
