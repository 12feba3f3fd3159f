import type { ListenOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamServerEndpoint } from './stream-server-endpoint.ts';

/** A TCP port, on all IPv4 interfaces unless the options name one. */
export class TCP4ServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, port: number, options: ListenOptions = {}) {
    super((factory, given) => reactor.listenTCP(port, factory, { ...given, interface: '0.0.0.0', ...options }));
  }
}
