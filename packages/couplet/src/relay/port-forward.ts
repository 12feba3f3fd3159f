import { checkEndpoint } from '../endpoints/check-endpoint.ts';
import type { ClientEndpoint } from '../endpoints/client-endpoints.ts';
import { Factory } from '../protocol/factory.ts';
import type { PipeOptions } from './pipe-end.ts';
import { PipeEnd } from './pipe-end.ts';

/**
 * A factory that forwards each connection to the endpoint. No more than the water mark and one chunk wait in either
 * direction; a half-close, an orderly end and a reset of one side become the same at the other. Nothing is read from a
 * client before its other side is connected. When that fails the client is reset, and the `ConnectError` is its reason; a
 * client that goes first cancels the attempt. Throws a `TypeError` for what is no client endpoint.
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
