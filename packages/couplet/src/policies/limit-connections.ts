import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import { ConnectionLimitReached, Refused } from '../filters/refused.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { checkWhole } from '../values/checks.ts';
import type { Details } from '../values/details.ts';
import { connectionCount } from './connection-count.ts';
import type { Guardable, Guarded, Policy } from './guarded.ts';
import { guard } from './guarded.ts';
import type { LedgerOptions } from './ledger.ts';
import { checkLedgerOptions } from './ledger.ts';
import { SharedLimit } from './shared-limit.ts';
import { Slot } from './slot.ts';

/** Options of `limitConnections`. */
export interface ConnectionLimit extends LedgerOptions {
  /** The most connections that may be open at a time, with a ledger those of all processes; a whole number of at least 1. */
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
 * With a `ledger` the limit is that of all processes that share it, each of which has at most `max` in any case; a connection that this
 * process has no place for is refused without asking. The others wait for the answer. One that the ledger refuses is told as
 * `LedgerRefused`, one that is refused because the ledger is away as `LedgerAway`. They are counted under `key`, which is `connections`
 * unless set.
 *
 * Returns a factory to listen or connect with; the given one stays as it is. Throws a `TypeError` if `factory` is neither a factory nor a function, or an
 * option is of a wrong type, and a `RangeError` if `max` is not a whole number of at least 1, `answerTimeoutMs` is not above 0 or the
 * message has more than 4,096 bytes.
 */
export function limitConnections<F extends Guardable>(factory: F, options: ConnectionLimit): Guarded<F> {
  const { max, message, key = 'connections' } = options;
  checkWhole('max', max, 1, Number.MAX_SAFE_INTEGER);
  checkLedgerOptions(options);
  const reason = new ConnectionLimitReached(`there ${max === 1 ? 'is' : 'are'} ${connectionCount(max)} already`);
  return guard(factory, new Limit(max, new Refused(message, reason), SharedLimit.of(max, message, options), key));
}

class Limit implements Policy {
  readonly admitsLater: boolean;
  readonly #max: number;
  readonly #refused: Refused;
  readonly #shared: SharedLimit | undefined;
  readonly #key: string;
  #count = 0;

  constructor(max: number, refused: Refused, shared: SharedLimit | undefined, key: string) {
    this.admitsLater = shared !== undefined;
    this.#max = max;
    this.#refused = refused;
    this.#shared = shared;
    this.#key = key;
  }

  filter(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    const shared = this.#shared;
    // One who is let in while the ledger is away may be one too many.
    if (this.#count >= this.#max && shared?.whenAway !== 'allow') return this.#refused;
    this.#count += 1;
    const free = (): void => {
      this.#count -= 1;
    };
    return shared === undefined ? new Slot(wire, free) : shared.admit(wire, clock, wait, this.#key, free);
  }

  describe(): Details {
    return { policy: 'limitConnections', open: this.#count, max: this.#max, ...this.#shared?.describe() };
  }
}
