import { type Clock, reportTo } from '../time/clock.ts';
import { classOf } from '../values/checks.ts';
import type { Ledger } from './ledger.ts';
import { PerClock } from './per-clock.ts';

/** How long no more errors of a ledger are reported after one, in milliseconds: an outage would flood the log. */
const REST_MS = 1000;

/** Reports the errors of one ledger on one clock. */
export class LedgerErrors {
  readonly #who: string;
  readonly #clock: Clock;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(ledger: Ledger, clock: Clock) {
    const name = classOf(ledger);
    this.#who = name === undefined || name === 'Object' ? 'Ledger' : name;
    this.#clock = clock;
  }

  /** Reports an error of the method with that name, or leaves it out if another one was reported less than a second ago. */
  report(where: 'acquire' | 'release', error: unknown): void {
    const now = this.#clock.now();
    if (now < this.#restsUntil) return;
    this.#restsUntil = now + REST_MS;
    reportTo(this.#clock, { who: this.#who, where, error });
  }
}

/** Every limit that shares a ledger shares this. */
const all: WeakMap<Ledger, PerClock<LedgerErrors>> = new WeakMap();

/** Returns what reports the errors of a ledger. */
export function errorsOf(ledger: Ledger): PerClock<LedgerErrors> {
  let errors = all.get(ledger);
  if (errors === undefined) {
    errors = new PerClock((clock) => new LedgerErrors(ledger, clock));
    all.set(ledger, errors);
  }
  return errors;
}
