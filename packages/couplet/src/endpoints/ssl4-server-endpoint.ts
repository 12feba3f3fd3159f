import type { ServerTLS } from '../protocol/tls.ts';
import type { ListenOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { TCP4ServerEndpoint } from './tcp4-server-endpoint.ts';

/** A TCP port for TLS, on all IPv4 interfaces unless the options name one. */
export class SSL4ServerEndpoint extends TCP4ServerEndpoint {
  constructor(reactor: Reactor, port: number, tls: ServerTLS, options: ListenOptions = {}) {
    super(reactor, port, { ...options, tls });
  }
}
