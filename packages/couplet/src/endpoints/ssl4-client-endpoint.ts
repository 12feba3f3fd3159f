import type { ClientTLS } from '../protocol/tls.ts';
import type { ConnectOptions } from '../reactor/connect-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { TCP4ClientEndpoint } from './tcp4-client-endpoint.ts';

/** A TCP port for TLS, of a host with an IPv4 address. */
export class SSL4ClientEndpoint extends TCP4ClientEndpoint {
  constructor(reactor: Reactor, host: string, port: number, tls: ClientTLS, options: ConnectOptions = {}) {
    super(reactor, host, port, { ...options, tls });
  }
}
