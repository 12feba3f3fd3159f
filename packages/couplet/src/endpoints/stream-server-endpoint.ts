import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import { checkFactory } from '../protocol/role.ts';
import type { PortOptions } from '../reactor/listen-options.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** How a kind of endpoint listens. */
type Open = (factory: Factory, options: PortOptions) => Promise<ListeningPort>;

/** What the server endpoints share: options that are not given are none. */
export class StreamServerEndpoint implements ServerEndpoint {
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  async listen(factory: Factory, options: PortOptions = {}): Promise<ListeningPort> {
    checkFactory(factory);
    return this.#open(factory, options);
  }
}
