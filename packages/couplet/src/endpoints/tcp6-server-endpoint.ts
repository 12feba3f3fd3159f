import type { ListenOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamServerEndpoint } from './stream-server-endpoint.ts';

/** A TCP port, on all interfaces of both families unless the options name one. */
export class TCP6ServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    super((factory, given) => reactor.listenTCP(port, factory, { ...given, interface: '::', ...options }));
  }
}
