import { isAdmissionReason, shortCodeOf } from '../filters/refused.ts';
import type { Totals } from '../protocol/views.ts';

/** What the open connections have moved: it is counted on each of them. */
export interface Moved {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Counts the connections of one port, or of all ports and connectors. */
export class Tally {
  accepted = 0;
  errors = 0;
  acceptFailures = 0;
  #connected = 0;
  #open = 0;
  #most = 0;
  /** What the connections that are gone have moved. */
  #bytesIn = 0;
  #bytesOut = 0;
  /** How many were refused, by code. There are few codes, and at most ports none. */
  #refused: Map<string, number> | undefined;
  readonly #whole: Tally | undefined;

  /** `whole` counts the same connections, and those of others. */
  constructor(whole?: Tally) {
    this.#whole = whole;
  }

  arrived(): void {
    this.accepted += 1;
    this.#whole?.arrived();
  }

  made(): void {
    this.#connected += 1;
    this.#open += 1;
    if (this.#open > this.#most) this.#most = this.#open;
    this.#whole?.made();
  }

  lost(moved: Moved): void {
    this.#open -= 1;
    this.#bytesIn += moved.bytesIn;
    this.#bytesOut += moved.bytesOut;
    this.#whole?.lost(moved);
  }

  refused(reason: Error): void {
    const code = isAdmissionReason(reason) ? shortCodeOf(reason) : 'ERROR';
    this.#refused ??= new Map();
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
    this.#whole?.refused(reason);
  }

  acceptFailed(): void {
    this.acceptFailures += 1;
    this.#whole?.acceptFailed();
  }

  /** Returns the totals; `open` are the connections that are open. */
  totals(open: Iterable<Moved>): Totals {
    let [bytesIn, bytesOut] = [this.#bytesIn, this.#bytesOut];
    for (const moved of open) {
      bytesIn += moved.bytesIn;
      bytesOut += moved.bytesOut;
    }
    const { accepted, errors, acceptFailures } = this;
    return {
      accepted,
      connected: this.#connected,
      open: this.#open,
      most: this.#most,
      lost: this.#connected - this.#open,
      bytesIn,
      bytesOut,
      refused: Object.fromEntries(this.#refused ?? []),
      errors,
      acceptFailures,
    };
  }
}
