import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { ListenOptions, ListenUNIXOptions, PortOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';

/** A place to listen at. */
export interface ServerEndpoint {
  /**
   * Listens at the place, and resolves to the port once it accepts connections; `factory`, or a function, builds a protocol for each of them.
   * An option that the endpoint has takes precedence over the one given here.
   *
   * Rejects with a `CannotListenError` if the system refuses or the reactor stops meanwhile, with a `RangeError` if a number is
   * out of range, and with a `TypeError` if `factory` is not a factory or cannot build a protocol, or if an option is of the
   * wrong type. An endpoint that a description made rejects with an `EndpointSyntaxError` if a file of it cannot be used.
   * Nothing is left open then, and a factory that was started has been stopped.
   */
  listen(factory: Factory | BuildFunction, options?: PortOptions): Promise<ListeningPort>;
}

/** Listens, in the way of one kind of endpoint. */
type Open = (factory: Factory, options: PortOptions) => Promise<ListeningPort>;

/** The base of the server endpoints: listens with the options of the endpoint before those of the call. */
export class StreamServerEndpoint implements ServerEndpoint {
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  async listen(factory: Factory | BuildFunction, options: PortOptions = {}): Promise<ListeningPort> {
    return this.#open(factoryFrom(factory), options);
  }
}

/** A TCP port to listen on, on all IPv4 interfaces unless the options name one. */
export class TCP4ServerEndpoint extends StreamServerEndpoint {
  /**
   * Makes an endpoint; nothing is opened before `listen`, which also checks the arguments.
   *
   * @param reactor The reactor to listen with.
   * @param port The TCP port, 0 to 65,535; 0 picks a free one, another at each `listen`.
   * @param options The options of the port; they take precedence over those of `listen`.
   */
  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    super((factory, given) => reactor.listenTCP(port, factory, { ...given, interface: '0.0.0.0', ...options }));
  }
}

/** A TCP port to listen on, on all interfaces of IPv6 and IPv4 unless the options name one. */
export class TCP6ServerEndpoint extends StreamServerEndpoint {
  /**
   * Makes an endpoint; nothing is opened before `listen`, which also checks the arguments.
   *
   * @param reactor The reactor to listen with.
   * @param port The TCP port, 0 to 65,535; 0 picks a free one, another at each `listen`.
   * @param options The options of the port; they take precedence over those of `listen`.
   */
  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    super((factory, given) => reactor.listenTCP(port, factory, { ...given, interface: '::', ...options }));
  }
}

/** A TCP port to listen on with TLS, on all IPv4 interfaces unless the options name one. */
export class SSL4ServerEndpoint extends TCP4ServerEndpoint {
  /**
   * Makes an endpoint; nothing is opened before `listen`, which also checks the arguments.
   *
   * @param reactor The reactor to listen with.
   * @param port The TCP port, 0 to 65,535; 0 picks a free one, another at each `listen`.
   * @param tls TLS for each connection; after `tls.replace` new connections use the new certificates.
   * @param options The options of the port; they take precedence over those of `listen`, and `tls` is ignored.
   */
  constructor(reactor: Reactor, port: number, tls: ServerTLS, options: ListenOptions = {}) {
    super(reactor, port, { ...options, tls });
  }
}

/** A UNIX socket to listen on. */
export class UNIXServerEndpoint extends StreamServerEndpoint {
  /**
   * Makes an endpoint; nothing is opened before `listen`, which also checks the arguments.
   *
   * @param reactor The reactor to listen with.
   * @param path The path of the socket, such as `/run/echo.sock`; on Linux a NUL in front makes the name abstract (unix(7)).
   * @param options The options of the port; they take precedence over those of `listen`.
   */
  constructor(reactor: Reactor, path: string, options: ListenUNIXOptions = {}) {
    super((factory, given) => reactor.listenUNIX(path, factory, { ...given, ...options }));
  }
}

/**
 * Standard input and output to listen on, which are one connection. They can be listened on once in a process, and the port
 * stops when that connection is closed. Nothing else may be printed on standard output then, `console.log` included. `listen`
 * rejects with a `CannotListenError` if it is wrapped in TLS or in the PROXY protocol.
 */
export class StandardIOEndpoint extends StreamServerEndpoint {
  /**
   * Makes an endpoint; nothing is opened before `listen`, which also checks the options.
   *
   * @param reactor The reactor to listen with.
   * @param options The options of the connection; they take precedence over those of `listen`.
   */
  constructor(reactor: Reactor, options: ConnectionOptions = {}) {
    super(async (factory, given) => {
      if (given.tls !== undefined || given.haproxy !== undefined)
        throw new CannotListenError('stdio', undefined, 'neither TLS nor a PROXY header is supported on it');
      return reactor.listenStdio(factory, { ...given, ...options });
    });
  }
}

/**
 * A descriptor to listen on, of a bound TCP or UNIX socket that the process inherited. It can be listened on once: the port
 * owns the descriptor, and closes it, unless it is in a table of `inheritSockets`.
 */
export class AdoptedStreamServerEndpoint extends StreamServerEndpoint {
  /**
   * Makes an endpoint; the descriptor is not used before `listen`, which also checks the arguments.
   *
   * @param reactor The reactor to listen with.
   * @param fd The number of the descriptor, 0 or more.
   * @param options The options of the port; they take precedence over those of `listen`.
   */
  constructor(reactor: Reactor, fd: number, options: PortOptions = {}) {
    super((factory, given) => reactor.adoptStreamPort(fd, factory, { ...given, ...options }));
  }
}
