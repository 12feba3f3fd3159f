import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';

/** A place to listen. */
export interface ServerEndpoint {
  /** Listens there; of the options the endpoint's own go first. Rejects like `Reactor.listenTCP`. */
  listen(factory: Factory, options?: ConnectionOptions): Promise<ListeningPort>;
}
