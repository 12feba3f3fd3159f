import { checkEndpoint } from '../endpoints/check-endpoint.ts';
import type { ClientEndpoint } from '../endpoints/client-endpoints.ts';
import { clientFromString } from '../endpoints/client-from-string.ts';
import type { ServerEndpoint } from '../endpoints/server-endpoints.ts';
import { serverFromString } from '../endpoints/server-from-string.ts';
import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy, Factory } from '../protocol/factory.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { reactor } from '../reactor/default.ts';
import type { DialOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { Connection } from './connection.ts';
import type { Handler } from './conversation.ts';
import { ConversationFactory } from './conversation.ts';
import { Inlet } from './inlet.ts';

/** Options of `listen` and `serve`. */
export interface ListenEndpointOptions extends ConnectionOptions {
  /**
   * The reactor to listen with if the place is given as a string; the default reactor of the process unless set. An endpoint has
   * its own.
   */
  readonly reactor?: Reactor;
}

/** Options of `connect` and `open`. */
export interface ConnectEndpointOptions extends DialOptions {
  /**
   * The reactor to connect with if the place is given as a string; the default reactor of the process unless set. An endpoint has
   * its own.
   */
  readonly reactor?: Reactor;
}

/**
 * Listens, and has the factory, or a function such as `() => new Echo()`, build a protocol for each connection. `where` is an endpoint or its description, such as
 * `tcp:8007:interface=127.0.0.1`, `unix:/run/echo.sock:mode=600`, `tls:8443:cert=cert.pem:key=key.pem` or `systemd:name=echo`
 * (`serverFromString` of `couplet/endpoints` lists all). `options` bounds the connections. Resolves to the open port, which
 * listens until its `stopListening`.
 *
 * Rejects with an `EndpointSyntaxError` that names the wrong part of a description, with a `TypeError` or `RangeError` for an
 * argument or option that is not valid, and with a `CannotListenError` if the system refuses.
 */
export async function listen(
  where: string | ServerEndpoint,
  factory: Factory | BuildFunction,
  options: ListenEndpointOptions = {},
): Promise<ListeningPort> {
  const endpoint = typeof where === 'object' ? where : serverFromString(options.reactor ?? reactor, where);
  checkEndpoint(endpoint, 'listen');
  // An endpoint that a program registered may accept only factories.
  return endpoint.listen(factoryFrom(factory), options);
}

/**
 * Connects, and resolves to the connected protocol: the given one, or the one that the given factory builds. `where` is an
 * endpoint or its description, such as `tcp:example.org:8007:timeout=10`, `tls:example.org:8443` or `unix:/run/echo.sock`
 * (`clientFromString` of `couplet/endpoints` lists all). `options` bounds the attempt and the connection, and can cancel the
 * attempt by a signal.
 *
 * Rejects with an `EndpointSyntaxError` that names the wrong part of a description, with a `TypeError` or `RangeError` for an
 * argument or option that is not valid, with a `ConnectError` if the attempt fails, and with a `UserAbortError` if the signal is
 * aborted before the connection is there; then no connection is left.
 */
export async function connect<P extends ProtocolUnder<ClientFactory>>(
  where: string | ClientEndpoint,
  protocol: P,
  options?: ConnectEndpointOptions,
): Promise<P>;
export async function connect<F extends ClientFactory>(
  where: string | ClientEndpoint,
  factory: F,
  options?: ConnectEndpointOptions,
): Promise<BuiltBy<F>>;
export async function connect(
  where: string | ClientEndpoint,
  protocolOrFactory: ProtocolUnder<ClientFactory> | ClientFactory,
  options: ConnectEndpointOptions = {},
): Promise<unknown> {
  const endpoint = typeof where === 'object' ? where : clientFromString(options.reactor ?? reactor, where);
  checkEndpoint(endpoint, 'connect');
  if (protocolOrFactory instanceof ClientFactory) return endpoint.connect(protocolOrFactory, options);
  return endpoint.connect(protocolOrFactory, options);
}

/**
 * Listens, and has the handler serve each connection. `where` is an endpoint or its description, such as `tcp:8007` or
 * `tls:8443:cert=cert.pem:key=key.pem` (`serverFromString` of `couplet/endpoints` lists all). `options` bounds the connections.
 * Resolves to the open port, which listens until its `stopListening`.
 *
 * When the handler returns, or the promise that it returned resolves, the connection closes in order. What it throws, or rejects
 * with, is reported to the observers, and aborts that connection with the error as the reason. The end of the peer's output ends
 * only the reading: the handler may go on writing until it returns. To put policies around it, `listen` with a
 * `ConversationFactory`.
 *
 * Rejects with an `EndpointSyntaxError` that names the wrong part of a description, with a `TypeError` or `RangeError` for an
 * argument or option that is not valid, and with a `CannotListenError` if the system refuses.
 */
export async function serve(
  where: string | ServerEndpoint,
  handler: Handler,
  options: ListenEndpointOptions = {},
): Promise<ListeningPort> {
  return listen(where, new ConversationFactory(handler), options);
}

/**
 * Connects, and resolves to the connection. The caller has to close it: `await using connection = await open(...)` does. `where`
 * is an endpoint or its description, such as `tcp:example.org:8007` or `unix:/run/echo.sock` (`clientFromString` of
 * `couplet/endpoints` lists all). `options` bounds the attempt and the connection, and can cancel the attempt by a signal.
 *
 * Rejects with an `EndpointSyntaxError` that names the wrong part of a description, with a `TypeError` or `RangeError` for an
 * argument or option that is not valid, with a `ConnectError` if the attempt fails, and with a `UserAbortError` if the signal is
 * aborted before the connection is there; then no connection is left.
 */
export async function open(where: string | ClientEndpoint, options: ConnectEndpointOptions = {}): Promise<Connection> {
  return new Connection(await connect(where, new Inlet(), options));
}
