export type { Address } from '../address/address.ts';
export { IPv4Address, IPv6Address, PipeAddress, UNIXAddress } from '../address/address.ts';
export type { Connection } from '../connection/connection.ts';
export type { Handler } from '../connection/conversation.ts';
export { ConversationFactory } from '../connection/conversation.ts';
export type { ReadOptions } from '../connection/reads.ts';
export type { ConnectEndpointOptions, ListenEndpointOptions } from '../connection/verbs.ts';
export { connect, listen, open, serve } from '../connection/verbs.ts';
export { EndpointSyntaxError } from '../endpoints/description.ts';
export { ProxyHeaderError } from '../haproxy/header.ts';
export type { ProxyOptions } from '../haproxy/options.ts';
export type { ProcessOptions, SpawnOptions } from '../processes/options.ts';
export type { BuildFunction } from '../protocol/build-function.ts';
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
  PortDraining,
  ReactorAlreadyRunning,
  ReactorNotRunning,
  TimeoutError,
  TLSError,
  UserAbortError,
} from '../protocol/errors.ts';
export type { Builds, BuiltBy, ProtocolFactory } from '../protocol/factory.ts';
export { Factory, ServerFactory } from '../protocol/factory.ts';
export type { ObserveOptions, Observer } from '../protocol/observer.ts';
export type { ConnectionOptions } from '../protocol/options.ts';
export type { Drained, DrainOptions, ListeningPort } from '../protocol/port.ts';
export { ProcessDone, ProcessTerminated, SpawnError } from '../protocol/process-errors.ts';
export { ProcessProtocol } from '../protocol/process-protocol.ts';
export type { ProcessTransport } from '../protocol/process-transport.ts';
export type { Consumer, Producer, PullProducer } from '../protocol/producer.ts';
export type { AnyFactory, Callbacks, ProtocolClass, ProtocolFor, ProtocolUnder, Result } from '../protocol/protocol.ts';
export { Protocol } from '../protocol/protocol.ts';
export type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';
export type { ReconnectOptions } from '../protocol/reconnecting-client-factory.ts';
export { ReconnectingClientFactory } from '../protocol/reconnecting-client-factory.ts';
export type { ClientTLSOptions, PEM, ServerTLSOptions, TLS, TLSIdentity, TLSOptions } from '../protocol/tls.ts';
export { ClientTLS, ServerTLS } from '../protocol/tls.ts';
export type { Transport } from '../protocol/transport.ts';
export type {
  ConnectionDetail,
  ConnectionState,
  ConnectionView,
  ConnectorState,
  ConnectorView,
  LoopView,
  MovedChunk,
  PortView,
  ProcessState,
  ProcessView,
  ReactorView,
  SlowCallback,
  TimedCallback,
  TimerView,
  Totals,
  WaitsFor,
} from '../protocol/views.ts';
export { reactor } from '../reactor/default.ts';
export type {
  Accepting,
  AcceptOptions,
  AdoptClientOptions,
  AdoptOptions,
  ConnectOptions,
  ConnectProcessOptions,
  ConnectUNIXOptions,
  ListenOptions,
  ListenUNIXOptions,
  PortOptions,
  RunOptions,
} from '../reactor/options.ts';
export { Reactor } from '../reactor/reactor.ts';
export type { ReactorClock } from '../reactor/reactor-clock.ts';
export type { ReactorProcesses } from '../reactor/reactor-processes.ts';
export type { ReactorStreams } from '../reactor/reactor-streams.ts';
export type { ReactorTransport } from '../reactor/reactor-transport.ts';
export type { SystemEvent, Trigger, TriggerPhase } from '../reactor/triggers.ts';
export type { DuplexLike } from '../seam/adopt.ts';
export type { PeerCredentials, TcpInfo } from '../seam/kernel.ts';
export type { Signal } from '../seam/surroundings.ts';
export type { TlsCertificate, TlsInfo, TlsVersion } from '../seam/tls.ts';
export type { BackOff, BackOffOptions } from '../time/back-off.ts';
export type { Clock, DelayedCall, NextAttempt, RepeatedCall, RepeatOptions, SleepOptions } from '../time/clock.ts';
export { ReactorStopped } from '../time/waits.ts';
export type { Details } from '../values/details.ts';
export type { ErrorReport } from '../values/error-report.ts';
export { oneLine } from '../values/one-line.ts';
