import type { ListenUNIXOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamServerEndpoint } from './stream-server-endpoint.ts';

/** A UNIX socket. */
export class UNIXServerEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, path: string, options: ListenUNIXOptions = {}) {
    super((factory, given) => reactor.listenUNIX(path, factory, { ...given, ...options }));
  }
}
