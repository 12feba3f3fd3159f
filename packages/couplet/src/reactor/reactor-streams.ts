import type { Address, IPv4Address, IPv6Address } from '../address/address.ts';
import { familyOf } from '../address/literal.ts';
import type { Engine } from '../engine/engine.ts';
import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { BuiltBy, Factory } from '../protocol/factory.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import { boundsOf } from '../protocol/options.ts';
import { isTCP, type ListeningPort } from '../protocol/port.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { checkProxyHeader } from '../protocol/proxy-header.ts';
import { checkClientFactory, isClientFactory } from '../protocol/role.ts';
import { checkTLS } from '../protocol/tls.ts';
import type { DuplexLike } from '../seam/adopt.ts';
import { checkAtLeast, checkFlag, checkSignal, checkText, checkWhole, checkWord, described } from '../values/checks.ts';
import { Adoption, checkAddress, checkDuplex, Existing } from './adoption.ts';
import { ClientConnector } from './connector.ts';
import { type Destination, nameOf } from './dial.ts';
import type {
  Accepting,
  AcceptOptions,
  AdoptClientOptions,
  AdoptOptions,
  ConnectOptions,
  ConnectUNIXOptions,
  DialOptions,
  ListenOptions,
  ListenUNIXOptions,
  PortOptions,
} from './options.ts';
import { checkOptions, DEFAULT_BACKLOG, DEFAULT_MODE } from './options.ts';
import { Ports } from './ports.ts';
import { ReactorClock } from './reactor-clock.ts';
import { acceptOne } from './single-port.ts';

/** The largest number of a descriptor. */
const MOST_DESCRIPTORS = 2 ** 31 - 1;
/** The largest backlog that listen(2) takes. */
const MOST_WAITING = 2 ** 31 - 1;

const FAMILIES: readonly NonNullable<ConnectOptions['family']>[] = ['IPv4', 'IPv6'];

/** How a reactor listens, connects, and takes over connections that exist already. */
export abstract class ReactorStreams extends ReactorClock {
  /** Its ports, for the class that ends them. */
  readonly '~ports': Ports;
  /** The connectors that are connecting or connected. */
  readonly '~connectors': Set<ClientConnector> = new Set();
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super(engine);
    this.#engine = engine;
    engine.reactor = this;
    this['~ports'] = new Ports(engine, this);
  }

  /**
   * Listens on a TCP port, on all IPv4 interfaces unless `options.interface` names one. Resolves to the port once it accepts
   * connections; `factory`, or a function in its place, builds a protocol for each of them.
   *
   * Rejects with a `CannotListenError` if the system refuses, if the interface cannot be looked up, if the runtime cannot do what
   * `ipv6Only` or `reusePort` asks for, or if the reactor stops meanwhile; with a `RangeError` if `port`, `backlog` or another number is
   * out of range, or `ipv6Only` comes with an interface of IPv4; and with a `TypeError` if `factory`
   * is not a factory or cannot build a protocol, or if an option is of the wrong type. Nothing is left open then, and a factory
   * that was started has been stopped.
   *
   * @param port 0 to 65,535; 0 picks a free port, which `getHost()` of the result tells.
   */
  async listenTCP(
    port: number,
    factory: Factory | BuildFunction,
    options: ListenOptions = {},
  ): Promise<ListeningPort<IPv4Address | IPv6Address>> {
    checkWhole('port', port, 0, 65_535);
    const built = factoryFrom(factory);
    checkOptions(options);
    const { interface: name = '0.0.0.0', backlog = DEFAULT_BACKLOG, ipv6Only = false, reusePort = false } = options;
    checkText('interface', name, '127.0.0.1');
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    checkFlag('ipv6Only', ipv6Only);
    checkFlag('reusePort', reusePort);
    if (ipv6Only && familyOf(name) === 'IPv4')
      throw new RangeError(`ipv6Only is true, and interface '${name}' is not on IPv6: write interface: '::'`);
    const place = { port, backlog, ...(ipv6Only && { ipv6Only }), ...(reusePort && { reusePort }) };
    const opened = await this['~ports'].openTCP(name, place, built, options);
    if (isTCP(opened)) return opened;
    throw new TypeError(`the backend opened ${opened.getHost()}, which is not on TCP`);
  }

  /**
   * Listens on a UNIX socket. Resolves to the port once it accepts connections; `factory` builds a protocol for each of them.
   * The socket's file is removed when the port stops. A file that is left over from a process that has ended is replaced.
   *
   * Rejects with a `CannotListenError` if the system refuses, if the path is in use, empty or contains a NUL byte, or if the
   * reactor stops meanwhile; with a `RangeError` if `mode`, `backlog` or another number is out of range; and with a `TypeError` if `factory` is not a factory or cannot build a protocol, or if an option is of the wrong type. Nothing is
   * left open then, and a factory that was started has been stopped.
   *
   * @param path The path of the socket, such as `/run/echo.sock`; on Linux a NUL in front makes the name abstract (unix(7)).
   */
  async listenUNIX(
    path: string,
    factory: Factory | BuildFunction,
    options: ListenUNIXOptions = {},
  ): Promise<ListeningPort> {
    checkText('path', path, '/run/echo.sock');
    const flaw = flawOf(path);
    if (flaw !== undefined) throw new CannotListenError(described(path), undefined, flaw);
    checkOptions(options);
    const { mode = DEFAULT_MODE, backlog = DEFAULT_BACKLOG } = options;
    checkWhole('mode', mode, 0, 0o777);
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    return this['~ports'].open(path, { kind: 'unix', path, mode, backlog }, factory, options);
  }

  /**
   * Listens on a descriptor that the process inherited, of a bound TCP or UNIX socket. Resolves to the port once it accepts
   * connections; `factory` builds a protocol for each of them. The port owns the descriptor from then on, and closes it, unless
   * it is in a table of `inheritSockets` (`couplet/endpoints`).
   *
   * Rejects with a `CannotListenError` if the descriptor is not such a socket, if this process already uses it, or if the
   * reactor stops meanwhile; with a `RangeError` if `fd`, `backlog` or another number is out of range; and with a `TypeError`
   * if `factory` is not a factory or cannot build a protocol, or if an option is of the wrong type. A factory that was started
   * has been stopped then.
   *
   * @param fd The number of the descriptor, 0 or more; a service manager passes the first one as 3.
   */
  async adoptStreamPort(
    fd: number,
    factory: Factory | BuildFunction,
    options: PortOptions = {},
  ): Promise<ListeningPort> {
    checkWhole('fd', fd, 0, MOST_DESCRIPTORS);
    checkOptions(options);
    const { backlog = DEFAULT_BACKLOG } = options;
    checkWhole('backlog', backlog, 1, MOST_WAITING);
    return this['~ports'].open(`descriptor ${fd}`, { kind: 'fd', fd, backlog }, factory, options);
  }

  /**
   * Serves standard input and output as one connection, once in a process. Resolves to a port, which stops by itself when that
   * connection is closed. Nothing else may be printed on standard output, `console.log` included.
   *
   * Rejects with a `CannotListenError` if this process has already used them, if the system refuses, or if the reactor stops
   * meanwhile; with a `RangeError` if a number of the options is out of range; and with a `TypeError` if `factory` is not a
   * factory or cannot build a protocol, or if an option is of the wrong type.
   */
  async listenStdio(factory: Factory | BuildFunction, options: ConnectionOptions = {}): Promise<ListeningPort> {
    checkOptions(options);
    return this['~ports'].open('stdio', { kind: 'stdio' }, factory, options);
  }

  /**
   * Listens on a free TCP port for one connection, which `protocol` serves, and closes the port when that has come: for protocols that
   * announce a port to their peer, such as FTP. Resolves to the number of the port and the promise of the connection, once it accepts.
   *
   * Rejects with a `CannotListenError` if the system refuses or the reactor stops meanwhile, with a `UserAbortError` if the signal is
   * aborted already, with a `RangeError` if `from` is not an IP address or network or a number is out of range, and with a `TypeError` if
   * `protocol` is not a protocol or an option is of the wrong type. Nothing is left open then.
   */
  async acceptOne<P extends ProtocolUnder<Factory>>(protocol: P, options: AcceptOptions = {}): Promise<Accepting<P>> {
    checkOptions(options, 'timeoutMs: 10_000');
    return acceptOne(this, protocol, options);
  }

  /**
   * Connects to a TCP port. Returns the connector at once; its `whenConnected` and the methods of `factory` tell the outcome,
   * after this has returned. If the host has several addresses, they are tried in turn without waiting for one that is slow,
   * and the first to answer wins (RFC 8305).
   *
   * Throws a `RangeError` if `port`, `bindPort` or another number is out of range, if `bindAddress` is not an IP address, or if
   * `host` is an IP address of another family than `family`; and a `TypeError` if `factory` is not a client factory or an
   * option is of the wrong type. If the factory cannot build a protocol once it has started, that is reported, and the attempt
   * fails with a `TypeError`.
   *
   * @param host A host name or an IP literal without brackets.
   * @param port 1 to 65,535.
   */
  connectTCP<F extends ClientFactory>(
    host: string,
    port: number,
    factory: F,
    options: ConnectOptions = {},
  ): Connector<BuiltBy<F>> {
    checkText('host', host, 'localhost');
    checkWhole('port', port, 1, 65_535);
    checkOptions(options);
    const { family, bindAddress: localHost, bindPort: localPort, queueLookup } = options;
    if (family !== undefined) checkWord('family', family, FAMILIES);
    if (localHost !== undefined) checkText('bindAddress', localHost, '127.0.0.1');
    if (family !== undefined && (familyOf(host) ?? family) !== family)
      throw new RangeError(`host '${host}' is not an ${family} address`);
    if (localHost !== undefined && familyOf(localHost) === undefined)
      throw new RangeError(`bindAddress '${localHost}' is not an IP address`);
    checkWhole('bindPort', localPort ?? 0, 0, 65_535);
    return this['~connect']({ kind: 'tcp', host, port, family, localHost, localPort, queueLookup }, factory, options);
  }

  /**
   * Connects to a UNIX socket. Returns the connector at once; its `whenConnected` and the methods of `factory` tell the outcome,
   * after this has returned. While the backlog of the listener is full, it is asked again until `timeoutMs` is over.
   *
   * Throws a `RangeError` if `path` is empty or contains a NUL byte, or if a number of the options is out of range; and a
   * `TypeError` if `factory` is not a client factory, if an option is of the wrong type, or if `tls` verifies a certificate and
   * has no `serverName`. If the factory cannot build a protocol once it has started, that is reported, and the attempt fails
   * with a `TypeError`.
   *
   * @param path The path of the socket, such as `/run/echo.sock`; on Linux a NUL in front marks an abstract name (unix(7)).
   */
  connectUNIX<F extends ClientFactory>(
    path: string,
    factory: F,
    options: ConnectUNIXOptions = {},
  ): Connector<BuiltBy<F>> {
    checkText('path', path, '/run/echo.sock');
    const flaw = flawOf(path);
    if (flaw !== undefined) throw new RangeError(`path is ${described(path)}: ${flaw}`);
    checkOptions(options);
    return this['~connect']({ kind: 'unix', path }, factory, options);
  }

  /**
   * Connects to the process at the other end of standard input and output, once in a process. Returns the connector at once;
   * its `whenConnected` and the methods of `factory` tell the outcome, after this has returned. Nothing else may be printed on
   * standard output, `console.log` included.
   *
   * Throws a `RangeError` if a number of the options is out of range, and a `TypeError` if `factory` is not a client factory
   * or an option is of the wrong type. If the factory cannot build a protocol once it has started, that is reported, and the
   * attempt fails with a `TypeError`.
   */
  connectStdio<F extends ClientFactory>(factory: F, options: DialOptions = {}): Connector<BuiltBy<F>> {
    checkOptions(options);
    return this['~connect']({ kind: 'stdio' }, factory, options);
  }

  /**
   * Serves a connection that the process inherited, by its descriptor: a connected socket, a pipe or a terminal. Resolves to the protocol
   * that the factory built, after its `connectionMade`. A `Factory`, or a function in its place, is in use from now on until the
   * connection is gone; a `ClientFactory` is told as if it had connected, and a further attempt of its connector fails. The descriptor
   * belongs to the connection, and is closed with it, also when it is refused; one that cannot be a connection stays as it is.
   *
   * Rejects with a `ConnectError` if the descriptor cannot be used or the reactor has stopped, with the reason of the refusal if a
   * `Factory` refuses the connection, with a `ConnectError` or what `clientConnectionLost` gets if a `ClientFactory` does, with a
   * `RangeError` if `fd` or a number of the options is out of range, and with a `TypeError` if `factory` is not a factory or cannot build
   * a protocol, or if an option is of the wrong type. After a `TypeError` or `RangeError` the descriptor is as it was.
   *
   * @param fd The number of the descriptor, 0 or more; an `inetd` passes the connection as 0.
   */
  adoptStreamConnection<F extends ClientFactory>(
    fd: number,
    factory: F,
    options?: AdoptClientOptions,
  ): Promise<BuiltBy<F>>;
  adoptStreamConnection<F extends Factory>(fd: number, factory: F, options?: AdoptOptions): Promise<BuiltBy<F>>;
  adoptStreamConnection<P extends ProtocolUnder<Factory>>(
    fd: number,
    build: (address: Address) => P | null,
    options?: AdoptOptions,
  ): Promise<P>;
  async adoptStreamConnection(
    fd: number,
    factory: ClientFactory | Factory | BuildFunction,
    options: AdoptClientOptions & AdoptOptions = {},
  ): Promise<unknown> {
    checkWhole('fd', fd, 0, MOST_DESCRIPTORS);
    return this.#adopt({ fd }, factory, options);
  }

  /**
   * Serves a duplex stream as a connection: a `Duplex` of `node:stream` such as a channel of SSH, a WebSocket stream or a serial port, in
   * a simulated world one of `world.pair()`. Resolves to the protocol that the factory built, after its `connectionMade`. A `Factory`, or
   * a function in its place, is in use from now on until the connection is gone; a `ClientFactory` is told as if it had connected, and a
   * further attempt of its connector fails.
   *
   * The stream belongs to the connection, and is destroyed with it, also when it is refused. What is written counts as sent when the
   * stream calls back; until then it holds at most 256 KiB. Where its `allowHalfOpen` is false, both directions end with the first.
   *
   * Rejects with a `TypeError` if `duplex` is not a duplex stream of bytes, is flowing, has ended, has failed or was adopted already, if
   * `factory` is not a factory or cannot build a protocol, or if an option is of the wrong type; with a `RangeError` if a number of the
   * options is out of range; with a `ConnectError` if the stream fails meanwhile or the reactor has stopped; with the reason of the
   * refusal if a `Factory` refuses the connection, and with a `ConnectError` or what `clientConnectionLost` gets if a `ClientFactory` does.
   */
  adoptStream<F extends ClientFactory>(
    duplex: DuplexLike,
    factory: F,
    options?: AdoptClientOptions,
  ): Promise<BuiltBy<F>>;
  adoptStream<F extends Factory>(duplex: DuplexLike, factory: F, options?: AdoptOptions): Promise<BuiltBy<F>>;
  adoptStream<P extends ProtocolUnder<Factory>>(
    duplex: DuplexLike,
    build: (address: Address) => P | null,
    options?: AdoptOptions,
  ): Promise<P>;
  async adoptStream(
    duplex: DuplexLike,
    factory: ClientFactory | Factory | BuildFunction,
    options: AdoptClientOptions & AdoptOptions = {},
  ): Promise<unknown> {
    checkDuplex(duplex);
    return this.#adopt({ duplex }, factory, options);
  }

  #adopt(
    what: { readonly fd: number } | { readonly duplex: DuplexLike },
    factory: ClientFactory | Factory | BuildFunction,
    options: AdoptClientOptions & AdoptOptions,
  ): Promise<unknown> {
    checkOptions(options);
    checkAddress('local', options.local);
    checkAddress('peer', options.peer);
    boundsOf(options);
    if (!isClientFactory(factory)) factoryFrom(factory);
    const existing = new Existing(this.#engine.streams, what, options);
    return existing.connected(() =>
      isClientFactory(factory)
        ? this['~connect'](
            { kind: 'own', name: existing.name, connect: (attempt) => existing.adopt(attempt) },
            factory,
            options,
          ).whenConnected()
        : this['~ports'].adopt(new Adoption(existing), factory, options),
    );
  }

  /** Connects a factory. Throws as the methods say that have the same options. */
  '~connect'<F extends ClientFactory>(target: Destination, factory: F, options: DialOptions): Connector<BuiltBy<F>> {
    const { timeoutMs = 30_000, signal, tls, proxyHeader } = options;
    checkClientFactory(factory);
    if (tls !== undefined) checkTLS(tls, 'client');
    if (proxyHeader !== undefined) checkProxyHeader(proxyHeader);
    checkSignal(signal);
    checkAtLeast('timeoutMs', timeoutMs, 0);
    const nameless = target.kind === 'unix' || target.kind === 'own';
    if (nameless && tls?.settings.verify === true && tls.serverName === undefined)
      throw new TypeError(`tls over ${nameOf(target)} has no serverName to verify the certificate for`);
    const bounds = boundsOf(options);
    const attempts = { timeoutMs, preamble: { tls, proxyHeader }, signal };
    const connector = new ClientConnector(this.#engine, this, target, factory, bounds, attempts, this['~connectors']);
    connector.connect();
    // The connector passes on what the factory builds; the factory's class says of what type that is.
    return connector as Connector<unknown> as Connector<BuiltBy<F>>;
  }
}

/** Why no UNIX socket can have a path; undefined if one can. A NUL in front marks an abstract name of Linux (unix(7)). */
function flawOf(path: string): string | undefined {
  if (path === '') return 'it is empty, not a path such as /run/echo.sock';
  return !path.startsWith('\0') && path.includes('\0') ? 'it contains a NUL byte' : undefined;
}
