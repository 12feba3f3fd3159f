import type { Builder, ProtocolOf, Reachable, ServiceOptions } from 'couplet/endpoints';
import { ClientService as Client, clientFromString } from 'couplet/endpoints';
import { messageOf } from '../values/error-words.ts';
import type { Service, ServiceContext } from './service.ts';

/** Options of a `ClientService`. */
export interface ClientServiceOptions<P> extends ServiceOptions<P> {
  /** Whether the application is ready only once it has connected; false unless set: then it connects while others serve. */
  readonly required?: boolean;
}

/**
 * Keeps a connection open while the application runs: the `ClientService` of `couplet/endpoints` as a service. A failure is logged with
 * its path and destination, and another attempt follows.
 */
export class ClientService<B extends Builder> implements Service {
  readonly name: string;
  readonly #place: string | Reachable;
  readonly #builder: B;
  readonly #options: ClientServiceOptions<ProtocolOf<B>>;
  #client: Client<B> | undefined;

  /**
   * @param place A client description such as `tcp:cache:6379` (`clientFromString` of `couplet/endpoints`), or an endpoint.
   * @param builder A client factory, or a function that returns a new protocol.
   */
  constructor(name: string, place: string | Reachable, builder: B, options: ClientServiceOptions<ProtocolOf<B>> = {}) {
    this.name = name;
    this.#place = place;
    this.#builder = builder;
    this.#options = options;
  }

  /** Resolves to the protocol of the connection. Rejects with an `Error` if the service has not started or stops. */
  whenConnected(): Promise<ProtocolOf<B>> {
    return this.#client?.whenConnected() ?? Promise.reject(new Error(`the service '${this.name}' has not started`));
  }

  async start({ reactor, log, path }: ServiceContext): Promise<void> {
    const destination = typeof this.#place === 'string' ? this.#place : 'its endpoint';
    const endpoint = typeof this.#place === 'string' ? clientFromString(reactor, this.#place) : this.#place;
    const client = new Client(endpoint, this.#builder, {
      clock: reactor,
      ...this.#options,
      onFailure: (reason, failures, nextDelayMs) => {
        log.warn(
          { event: 'client.failed', destination, failures, nextDelayMs },
          `${path}: ${destination}: ${messageOf(reason)}`,
        );
        return this.#options.onFailure?.(reason, failures, nextDelayMs);
      },
    });
    this.#client = client;
    client.startService();
    if (this.#options.required === true) await client.whenConnected();
  }

  async stop(): Promise<void> {
    await this.#client?.stopService();
  }
}
