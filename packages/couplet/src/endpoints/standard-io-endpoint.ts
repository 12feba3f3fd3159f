import type { ConnectionOptions } from '../protocol/connection-options.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { StreamServerEndpoint } from './stream-server-endpoint.ts';

/**
 * Standard input and output, as one connection. They can be listened on once in a process, and the port stops with that
 * connection. Nothing else may be printed on standard output. Rejects also when it is to be wrapped: in TLS, or in the
 * PROXY protocol.
 */
export class StandardIOEndpoint extends StreamServerEndpoint {
  constructor(reactor: Reactor, options: ConnectionOptions = {}) {
    super(async (factory, given) => {
      if (given.tls !== undefined || given.haproxy !== undefined)
        throw new CannotListenError('stdio', undefined, 'there is neither TLS nor a PROXY header on it');
      return reactor.listenStdio(factory, { ...given, ...options });
    });
  }
}
