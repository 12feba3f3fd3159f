import { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { checkProtocol } from '../protocol/role.ts';
import type { ClientTLS } from '../protocol/tls.ts';
import type { ConnectOptions, ConnectProcessOptions, ConnectUNIXOptions, DialOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { classOf } from '../values/checks.ts';

/** A place to connect to. Every `connect` makes a connection of its own. */
export interface ClientEndpoint {
  /**
   * Connects a protocol, and resolves to it once it is connected. An option that the endpoint has takes precedence over the one
   * given here.
   *
   * Rejects with a `ConnectError` if the attempt fails, with `UserAbortError` if `options.signal` is aborted first, with a
   * `RangeError` if a number is out of range, and with a `TypeError` if `protocol` is not a protocol or an option is of the
   * wrong type. An endpoint that a description made rejects with an `EndpointSyntaxError` if a file of it cannot be used.
   */
  connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  /**
   * Connects a protocol that the factory builds, and resolves to it once it is connected. An option that the endpoint has takes
   * precedence over the one given here.
   *
   * Rejects with a `ConnectError` if the attempt fails, with `UserAbortError` if `options.signal` is aborted first, with a
   * `RangeError` if a number is out of range, and with a `TypeError` if `factory` is not a client factory or cannot build a
   * protocol, or if an option is of the wrong type. An endpoint that a description made rejects with an `EndpointSyntaxError`
   * if a file of it cannot be used.
   */
  connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
}

/** Connects a factory, in the way of one kind of endpoint. */
type DialFunction = <F extends ClientFactory>(factory: F, options: DialOptions) => Connector<BuiltBy<F>>;

/** The base of the client endpoints: connects a protocol or a factory, with the options of the endpoint before those of the call. */
export class StreamClientEndpoint implements ClientEndpoint {
  readonly #dial: DialFunction;

  constructor(dial: DialFunction) {
    this.#dial = dial;
  }

  async connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  async connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
  async connect(target: ProtocolUnder<ClientFactory> | ClientFactory, options: DialOptions = {}): Promise<unknown> {
    return this.#dial(factoryFor(target), options).whenConnected();
  }
}

/** Returns the factory to connect with. Throws a `TypeError` if `target` is neither a protocol nor a client factory. */
export function factoryFor(target: ProtocolUnder<ClientFactory> | ClientFactory): ClientFactory {
  if (target instanceof ClientFactory) return target;
  checkProtocol(target, 'protocol');
  return new One(target);
}

/** The factory of one protocol that exists already. */
class One extends ClientFactory {
  readonly #built: ProtocolUnder<ClientFactory>;
  constructor(built: ProtocolUnder<ClientFactory>) {
    super();
    this.#built = built;
  }
  override buildProtocol(): ProtocolUnder<ClientFactory> {
    return this.#built;
  }
  override logPrefix(): string {
    return classOf(this.#built) ?? super.logPrefix();
  }
}

/**
 * A TCP port of a host. If the host has several addresses, they are tried in turn without waiting for one that is slow, and the
 * first to answer wins (RFC 8305).
 */
export class HostnameEndpoint extends StreamClientEndpoint {
  /**
   * Makes an endpoint; nothing is looked up before `connect`, which also checks the arguments.
   *
   * @param reactor The reactor to connect with.
   * @param host A host name or an IP literal without brackets.
   * @param port The TCP port, 1 to 65,535.
   * @param options The options of each connection; they take precedence over those of `connect`.
   */
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options }));
  }
}

/** A TCP port of a host, which is connected to by its IPv4 addresses only. */
export class TCP4ClientEndpoint extends StreamClientEndpoint {
  /**
   * Makes an endpoint; nothing is looked up before `connect`, which also checks the arguments.
   *
   * @param reactor The reactor to connect with.
   * @param host A host name or an IPv4 literal.
   * @param port The TCP port, 1 to 65,535.
   * @param options The options of each connection; they take precedence over those of `connect`, and `family` is ignored.
   */
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options, family: 'IPv4' }));
  }
}

/** A TCP port of a host, which is connected to by its IPv6 addresses only. */
export class TCP6ClientEndpoint extends StreamClientEndpoint {
  /**
   * Makes an endpoint; nothing is looked up before `connect`, which also checks the arguments.
   *
   * @param reactor The reactor to connect with.
   * @param host A host name or an IPv6 literal without brackets.
   * @param port The TCP port, 1 to 65,535.
   * @param options The options of each connection; they take precedence over those of `connect`, and `family` is ignored.
   */
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options, family: 'IPv6' }));
  }
}

/** A TCP port of a host for TLS, which is connected to by its IPv4 addresses only. */
export class SSL4ClientEndpoint extends TCP4ClientEndpoint {
  /**
   * Makes an endpoint; nothing is looked up before `connect`, which also checks the arguments.
   *
   * @param reactor The reactor to connect with.
   * @param host A host name or an IPv4 literal; the server's certificate must be for it, unless `tls` has a `serverName`.
   * @param port The TCP port, 1 to 65,535.
   * @param tls TLS for each connection; its sessions are resumed by later connections.
   * @param options The options of each connection; they take precedence over those of `connect`, and `tls` and `family` are
   *   ignored.
   */
  constructor(reactor: Reactor, host: string, port: number, tls: ClientTLS, options: ConnectOptions = {}) {
    super(reactor, host, port, { ...options, tls });
  }
}

/** A UNIX socket to connect to. */
export class UNIXClientEndpoint extends StreamClientEndpoint {
  /**
   * Makes an endpoint; nothing happens before `connect`, which also checks the arguments.
   *
   * @param reactor The reactor to connect with.
   * @param path The path of the socket, such as `/run/echo.sock`; on Linux a NUL in front marks an abstract name (unix(7)).
   * @param options The options of each connection; they take precedence over those of `connect`.
   */
  constructor(reactor: Reactor, path: string, options: ConnectUNIXOptions = {}) {
    super((factory, given) => reactor.connectUNIX(path, factory, { ...given, ...options }));
  }
}

/**
 * The process at the other end of standard input and output. It can be connected to once in a process. Nothing else may be
 * printed on standard output then, `console.log` included.
 */
export class StandardIOClientEndpoint extends StreamClientEndpoint {
  /**
   * Makes an endpoint; nothing happens before `connect`, which also checks the options.
   *
   * @param reactor The reactor to connect with.
   * @param options The options of the connection; they take precedence over those of `connect`.
   */
  constructor(reactor: Reactor, options: DialOptions = {}) {
    super((factory, given) => reactor.connectStdio(factory, { ...given, ...options }));
  }
}

/**
 * A command whose standard input and output are the connection: each `connect` starts a process of its own. No shell is involved. The
 * connection ends with the output of the process; `Reactor.connectProcess` says the rest.
 */
export class ProcessEndpoint extends StreamClientEndpoint {
  /**
   * Makes an endpoint; nothing is started before `connect`, which also checks the arguments.
   *
   * @param reactor The reactor to start processes with.
   * @param command A path, or a name that is looked for in the folders of `PATH`.
   * @param args The arguments, without the command itself.
   * @param options The options of each connection; they take precedence over those of `connect`.
   */
  constructor(reactor: Reactor, command: string, args: readonly string[] = [], options: ConnectProcessOptions = {}) {
    super((factory, given) => reactor.connectProcess(command, args, factory, { ...given, ...options }));
  }
}
