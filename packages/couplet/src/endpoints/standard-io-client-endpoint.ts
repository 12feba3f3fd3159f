import type { ConnectUNIXOptions } from '../reactor/connect-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamClientEndpoint } from './stream-client-endpoint.ts';

/** Whoever is at the other end of standard input and output. It can be connected to once in a process. */
export class StandardIOClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, options: ConnectUNIXOptions = {}) {
    super((factory, given) => reactor.connectStdio(factory, { ...given, ...options }));
  }
}
