import type { ConnectUNIXOptions } from '../reactor/connect-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamClientEndpoint } from './stream-client-endpoint.ts';

/** A UNIX socket. */
export class UNIXClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, path: string, options: ConnectUNIXOptions = {}) {
    super((factory, given) => reactor.connectUNIX(path, factory, { ...given, ...options }));
  }
}
