import type { ConnectOptions } from '../reactor/connect-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamClientEndpoint } from './stream-client-endpoint.ts';

/** A TCP port of a host, by its IPv4 addresses alone. */
export class TCP4ClientEndpoint extends StreamClientEndpoint {
  constructor(reactor: Reactor, host: string, port: number, options: ConnectOptions = {}) {
    super((factory, given) => reactor.connectTCP(host, port, factory, { ...given, ...options, family: 'IPv4' }));
  }
}
