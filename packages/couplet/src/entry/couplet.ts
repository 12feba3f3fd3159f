import { NodeBackend } from '../backends/node.ts';
import type { DialOptions } from '../endpoints/connect.ts';
import { clientFromString } from '../endpoints/connect.ts';
import { serverFromString } from '../endpoints/listen.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Builds, Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { Callbacks, ProtocolUnder } from '../protocol/protocol.ts';
import { Reactor } from '../reactor/reactor.ts';

export { EndpointSyntaxError } from '../endpoints/description.ts';
export type { Address } from '../protocol/address.ts';
export { IPv4Address, IPv6Address, UNIXAddress } from '../protocol/address.ts';
export { ClientFactory } from '../protocol/client-factory.ts';
export type { Clock, DelayedCall } from '../protocol/clock.ts';
export type { ConnectionOptions } from '../protocol/connection-options.ts';
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
  UserAbortError,
} from '../protocol/errors.ts';
export type { Builds } from '../protocol/factory.ts';
export { Factory, ServerFactory } from '../protocol/factory.ts';
export type { ListeningPort } from '../protocol/listening-port.ts';
export type { ErrorReport, Observer } from '../protocol/observer.ts';
export type { Consumer, Producer, PullProducer } from '../protocol/producer.ts';
export type { AnyFactory, Callbacks, ProtocolClass, ProtocolFor, ProtocolUnder, Result } from '../protocol/protocol.ts';
export { Protocol } from '../protocol/protocol.ts';
export type { ReconnectOptions } from '../protocol/reconnecting-client-factory.ts';
export { ReconnectingClientFactory } from '../protocol/reconnecting-client-factory.ts';
export type { Transport } from '../protocol/transport.ts';
export type {
  ConnectOptions,
  ConnectUNIXOptions,
  ListenOptions,
  ListenUNIXOptions,
  RunOptions,
} from '../reactor/reactor.ts';
export { Reactor } from '../reactor/reactor.ts';
export type { SystemEvent, Trigger, TriggerPhase } from '../reactor/triggers.ts';

/** The reactor of this process, on the runtime that it runs on. */
export const reactor: Reactor = new Reactor(new NodeBackend());

/** Options of `listen`. */
export interface ListenDescriptionOptions extends ConnectionOptions {
  /** The reactor to listen with; the process's own unless set. */
  readonly reactor?: Reactor;
}

/** Options of `connect`. */
export interface ConnectDescriptionOptions extends DialOptions {
  /** The reactor to connect with; the process's own unless set. */
  readonly reactor?: Reactor;
}

/**
 * Listens where the description says, such as `tcp:8007:interface=127.0.0.1`, `tcp6:8007` or `unix:/run/echo.sock:mode=600`.
 * Rejects with an `EndpointSyntaxError` that names the offending part, or like `Reactor.listenTCP`.
 */
export async function listen(
  description: string,
  factory: Factory,
  options: ListenDescriptionOptions = {},
): Promise<ListeningPort> {
  return serverFromString(options.reactor ?? reactor, description).listen(factory, options);
}

/**
 * Connects to what the description names, such as `tcp:example.org:8007:timeout=10` or `unix:/run/echo.sock`, and resolves to
 * the connected protocol: the one given, or one that the factory builds. Rejects with an `EndpointSyntaxError` or a
 * `ConnectError`, and with `UserAbortError` when the signal is aborted before.
 */
export async function connect<P extends Callbacks>(
  description: string,
  protocolOrFactory: (P & ProtocolUnder<ClientFactory>) | (ClientFactory & Builds<P>),
  options: ConnectDescriptionOptions = {},
): Promise<P> {
  return clientFromString(options.reactor ?? reactor, description).connect(protocolOrFactory, options);
}
