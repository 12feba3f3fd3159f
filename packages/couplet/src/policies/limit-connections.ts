import { Filter } from '../filters/filter.ts';
import { ConnectionLimitReached, Refused } from '../filters/refused.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Factory } from '../protocol/factory.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import { checkWhole } from '../values/checks.ts';
import type { Guarded, Policy } from './guarded.ts';
import { guard } from './guarded.ts';

/** Options of `limitConnections`. */
export interface ConnectionLimit {
  /** The most connections that may be open at a time; a whole number of at least 1. */
  readonly max: number;
  /**
   * What is sent to a peer that is refused, at most 4,096 bytes; a string is sent as UTF-8. By default nothing. It is not sent on a TLS
   * port.
   */
  readonly message?: Uint8Array | string;
}

/**
 * Limits how many connections of a factory are open at a time, over all its ports and connectors. A connection counts from the moment
 * that it is accepted until after its `connectionLost`. One too many is sent the message and closed, without a protocol and without
 * waiting for the peer; it does not count, and observers are told of a `ConnectionLimitReached`.
 *
 * Returns a factory to listen or connect with; the given one stays as it is. Throws a `TypeError` if `factory` is not a factory or `max`
 * is not a number, and a `RangeError` if `max` is not a whole number of at least 1 or the message has more than 4,096 bytes.
 */
export function limitConnections<F extends Factory | ClientFactory>(factory: F, options: ConnectionLimit): Guarded<F> {
  checkWhole('max', options.max, 1, Number.MAX_SAFE_INTEGER);
  const reason = new ConnectionLimitReached(`there are ${options.max} connections already`);
  return guard(factory, new Limit(options.max, new Refused(options.message, reason)));
}

class Limit implements Policy {
  readonly #max: number;
  readonly #refused: Refused;
  #count = 0;

  constructor(max: number, refused: Refused) {
    this.#max = max;
    this.#refused = refused;
  }

  filter(wire: Wire): Filter | Refused {
    if (this.#count >= this.#max) return this.#refused;
    this.#count += 1;
    return new Slot(wire, () => {
      this.#count -= 1;
    });
  }
}

/** The place of a connection in a limit: `release` is called once, when the connection has closed. */
export class Slot extends Filter {
  readonly #release: () => void;

  constructor(wire: Wire, release: () => void) {
    super(wire);
    this.#release = release;
  }

  override onClosed(cause: Cause): void {
    super.onClosed(cause);
    this.#release();
  }
}
