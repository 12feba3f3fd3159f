import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ListeningPort } from '../protocol/port.ts';
import { checkFactory } from '../protocol/role.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { ListenOptions, ListenUNIXOptions, PortOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';

/** A place to listen. */
export interface ServerEndpoint {
  /** Listens there; of the options the endpoint's own go first. Rejects like `Reactor.listenTCP`. */
  listen(factory: Factory, options?: PortOptions): Promise<ListeningPort>;
}

/** How a kind of endpoint listens. */
type Open = (factory: Factory, options: PortOptions) => Promise<ListeningPort>;

/** What the server endpoints share: options that are not given are none. */
export class StreamServerEndpoint implements ServerEndpoint {
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  async listen(factory: Factory, options: PortOptions = {}): Promise<ListeningPort> {
    checkFactory(factory);
    return this.#open(factory, options);
  }
}

/** A TCP port, on all IPv4 interfaces unless the options name one. */
export class TCP4ServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    super((factory, given) => reactor.listenTCP(port, factory, { ...given, interface: '0.0.0.0', ...options }));
  }
}

/** A TCP port, on all interfaces of both families unless the options name one. */
export class TCP6ServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    super((factory, given) => reactor.listenTCP(port, factory, { ...given, interface: '::', ...options }));
  }
}

/** A TCP port for TLS, on all IPv4 interfaces unless the options name one. */
export class SSL4ServerEndpoint extends TCP4ServerEndpoint {
  constructor(reactor: Reactor, port: number, tls: ServerTLS, options: ListenOptions = {}) {
    super(reactor, port, { ...options, tls });
  }
}

/** A UNIX socket. */
export class UNIXServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, path: string, options: ListenUNIXOptions = {}) {
    super((factory, given) => reactor.listenUNIX(path, factory, { ...given, ...options }));
  }
}

/**
 * Standard input and output, as one connection. They can be listened on once in a process, and the port stops with that
 * connection. Nothing else may be printed on standard output. Rejects also when it is to be wrapped: in TLS, or in the
 * PROXY protocol.
 */
export class StandardIOEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, options: ConnectionOptions = {}) {
    super(async (factory, given) => {
      if (given.tls !== undefined || given.haproxy !== undefined)
        throw new CannotListenError('stdio', undefined, 'neither TLS nor a PROXY header is supported on it');
      return reactor.listenStdio(factory, { ...given, ...options });
    });
  }
}

/** A descriptor of a TCP or UNIX socket that is bound, which the process inherited. It can be listened on once. */
export class AdoptedStreamServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, fd: number, options: PortOptions = {}) {
    super((factory, given) => reactor.adoptStreamPort(fd, factory, { ...given, ...options }));
  }
}
