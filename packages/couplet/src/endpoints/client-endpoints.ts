import { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { checkProtocol } from '../protocol/role.ts';
import type { ClientTLS } from '../protocol/tls.ts';
import type { ConnectOptions, ConnectUNIXOptions, DialOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';

/** A place to connect to. */
export interface ClientEndpoint {
  /**
   * Connects the protocol given, or one that the factory builds, and resolves to it; of the options the endpoint's own go
   * first. Rejects with a `ConnectError`, with `UserAbortError` when the signal is aborted before.
   */
  connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
}

/** How a kind of endpoint connects a factory. */
type DialFunction = <F extends ClientFactory>(factory: F, options: DialOptions) => Connector<BuiltBy<F>>;

/** What the client endpoints share: a protocol may stand for its factory, and a promise for the connector. */
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

/** A TCP port of a host; of its addresses, whichever answers first (RFC 8305). */
export class HostnameEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options }));
  }
}

/** A TCP port of a host, by its IPv4 addresses alone. */
export class TCP4ClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options, family: 'IPv4' }));
  }
}

/** A TCP port of a host, by its IPv6 addresses alone. */
export class TCP6ClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options, family: 'IPv6' }));
  }
}

/** A TCP port for TLS, of a host with an IPv4 address. */
export class SSL4ClientEndpoint extends TCP4ClientEndpoint {
  constructor(reactor: Reactor, host: string, port: number, tls: ClientTLS, options: ConnectOptions = {}) {
    super(reactor, host, port, { ...options, tls });
  }
}

/** A UNIX socket. */
export class UNIXClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, path: string, options: ConnectUNIXOptions = {}) {
    super((factory, given) => reactor.connectUNIX(path, factory, { ...given, ...options }));
  }
}

/** Whoever is at the other end of standard input and output. It can be connected to once in a process. */
export class StandardIOClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, options: DialOptions = {}) {
    super((factory, given) => reactor.connectStdio(factory, { ...given, ...options }));
  }
}
