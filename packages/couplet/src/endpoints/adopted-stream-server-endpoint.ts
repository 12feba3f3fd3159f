import type { PortOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamServerEndpoint } from './stream-server-endpoint.ts';

/** A descriptor of a TCP or UNIX socket that is bound, which the process inherited. It can be listened on once. */
export class AdoptedStreamServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, fd: number, options: PortOptions = {}) {
    super((factory, given) => reactor.adoptStreamPort(fd, factory, { ...given, ...options }));
  }
}
