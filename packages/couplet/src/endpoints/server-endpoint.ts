import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { PortOptions } from '../reactor/listen-options.ts';

/** A place to listen. */
export interface ServerEndpoint {
  /** Listens there; of the options the endpoint's own go first. Rejects like `Reactor.listenTCP`. */
  listen(factory: Factory, options?: PortOptions): Promise<ListeningPort>;
}
