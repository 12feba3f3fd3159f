import type { ClientFactory } from '../protocol/client-factory.ts';
import { ConnectError, UserAbortError } from '../protocol/errors.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import type { DialOptions } from '../reactor/options.ts';
import { described } from '../values/checks.ts';
import { checkEndpoint } from './check-endpoint.ts';
import type { ClientEndpoint } from './client-endpoints.ts';
import { factoryFor } from './client-endpoints.ts';

/**
 * Returns an endpoint for several places that are as good as each other: each `connect` goes to the next of them in turn, and after the
 * last to the first again. An attempt that fails is not made elsewhere; a `ClientService` makes its next attempt at the next place.
 *
 * Throws a `TypeError` if `endpoints` is not an array of client endpoints, and a `RangeError` if it is empty.
 */
export function roundRobin(endpoints: readonly ClientEndpoint[]): ClientEndpoint {
  const all = checked(endpoints);
  let next = 0;
  return new Several(() => {
    const at = next % all.length;
    next += 1;
    return all.slice(at, at + 1);
  });
}

/**
 * Returns an endpoint for several places of which the first is the best: each `connect` tries them in order until one succeeds, and
 * rejects with the reason of the last if none does. `timeoutMs` bounds each attempt. What is not the network's doing, such as a factory
 * that cannot build a protocol or a signal that is aborted, ends it at once.
 *
 * `failover([one, one])` with one endpoint of `roundRobin` tries two of its places.
 *
 * Throws a `TypeError` if `endpoints` is not an array of client endpoints, and a `RangeError` if it is empty.
 */
export function failover(endpoints: readonly ClientEndpoint[]): ClientEndpoint {
  const all = checked(endpoints);
  return new Several(() => all);
}

class Several implements ClientEndpoint {
  readonly #places: () => readonly ClientEndpoint[];

  /** `places` returns those that an attempt tries, in order. */
  constructor(places: () => readonly ClientEndpoint[]) {
    this.#places = places;
  }

  async connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  async connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
  async connect(target: ProtocolUnder<ClientFactory> | ClientFactory, options: DialOptions = {}): Promise<unknown> {
    const factory = factoryFor(target);
    let reason: unknown;
    for (const endpoint of this.#places()) {
      try {
        return await endpoint.connect(factory, options);
      } catch (error) {
        if (!(error instanceof ConnectError) || error instanceof UserAbortError) throw error;
        reason = error;
      }
    }
    throw reason;
  }
}

/** Returns a copy of the endpoints. */
function checked(endpoints: readonly ClientEndpoint[]): readonly ClientEndpoint[] {
  if (!Array.isArray(endpoints)) throw new TypeError(`endpoints is ${described(endpoints)}, not an array of endpoints`);
  if (endpoints.length === 0) throw new RangeError('endpoints is an empty array, not one of at least one endpoint');
  for (const endpoint of endpoints) checkEndpoint(endpoint, 'connect');
  return [...endpoints];
}
