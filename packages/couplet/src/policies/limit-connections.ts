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
  /** How many connections there may be at a time; a whole number of at least 1. */
  readonly max: number;
  /** What one too many is told before it is closed, at most 4,096 bytes; a string is sent as UTF-8. Nothing unless set. */
  readonly message?: Uint8Array | string;
}

/**
 * Bounds how many connections of the factory there are at a time, over all its ports. A connection counts from the moment
 * that it is accepted until after its `connectionLost`. One too many gets the message and is closed, without a protocol and
 * without waiting for the peer; it never counts. Throws a `RangeError`, or a
 * `TypeError` for what is not a number, that names the option.
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

/** What a connection holds of a limit, until it closes. */
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
