import { checkEndpoint } from '../endpoints/check-endpoint.ts';
import type { ClientEndpoint } from '../endpoints/client-endpoints.ts';
import { Factory } from '../protocol/factory.ts';
import type { PipeOptions } from './pipe-end.ts';
import { PipeEnd } from './pipe-end.ts';

/**
 * Returns a factory that forwards each connection to a new one, which it makes through `endpoint`. In each direction at most 64
 * KiB and one chunk wait. A half-close, an orderly close and a reset of one connection happen to the other too.
 *
 * Nothing is read from a client until its other connection is there. If that fails, the client is reset, and the `ConnectError`
 * is the reason of its end; if the client goes first, the attempt is cancelled. A drain lets forwarded connections go on until its
 * time is up, since their bytes do not tell which are idle. `options` bounds the connections to the endpoint.
 * Throws a `TypeError` if `endpoint` is not a client endpoint.
 */
export function portForward(endpoint: ClientEndpoint, options: PipeOptions = {}): Factory {
  checkEndpoint(endpoint, 'connect');
  return new Forwarding(endpoint, options);
}

class Forwarded extends PipeEnd<Forwarding> {
  override connectionMade(): void {
    const { endpoint, options } = this.factory;
    this.reach(endpoint, options, (reason) => this.transport.abortConnection(reason));
  }
}

class Forwarding extends Factory {
  override protocol = Forwarded;
  readonly endpoint: ClientEndpoint;
  readonly options: PipeOptions;

  constructor(endpoint: ClientEndpoint, options: PipeOptions) {
    super();
    this.endpoint = endpoint;
    this.options = options;
  }
}
