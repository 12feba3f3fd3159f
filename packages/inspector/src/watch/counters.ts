import type { ConnectionView, Totals } from 'couplet';

/** What a connection had when its viewer looked last. */
interface Counted {
  bytesIn: number;
  bytesOut: number;
  /** In which frame that was. */
  frame: number;
}

/** Bytes each second. */
export interface ByteRates {
  readonly inRate: number;
  readonly outRate: number;
}

/** What a viewer saw last, from which rates are made. */
export class Counters {
  readonly #connections: Map<number, Counted> = new Map();
  #totals: Totals | undefined;
  /** When it looked, and the time before that. */
  #now: number;
  #before: number;
  #frame = 0;

  /** `since` is when what is counted began. */
  constructor(since: number) {
    this.#now = since;
    this.#before = since;
  }

  /** A frame begins: rates are those since the one before. Returns for how many milliseconds. */
  begin(now: number): number {
    this.#frame += 1;
    this.#before = this.#now;
    this.#now = now;
    return now - this.#before;
  }

  /** The rates of a connection, which is counted from here on. */
  rates({ id, since, bytesIn, bytesOut }: ConnectionView): ByteRates {
    const counted = this.#connections.get(id);
    const seconds = (this.#now - Math.max(this.#frame === 1 ? since : this.#before, since)) / 1000;
    const rates = {
      inRate: each(bytesIn - (counted?.bytesIn ?? 0), seconds),
      outRate: each(bytesOut - (counted?.bytesOut ?? 0), seconds),
    };
    if (counted === undefined) this.#connections.set(id, { bytesIn, bytesOut, frame: this.#frame });
    else {
      counted.bytesIn = bytesIn;
      counted.bytesOut = bytesOut;
      counted.frame = this.#frame;
    }
    return rates;
  }

  /** The rates of all. A frame asks once. */
  ratesOfAll(totals: Totals): { readonly accepted: number; readonly bytesIn: number; readonly bytesOut: number } {
    const seconds = (this.#now - this.#before) / 1000;
    const before = this.#totals;
    this.#totals = totals;
    return {
      accepted: each(totals.accepted - (before?.accepted ?? 0), seconds),
      bytesIn: each(totals.bytesIn - (before?.bytesIn ?? 0), seconds),
      bytesOut: each(totals.bytesOut - (before?.bytesOut ?? 0), seconds),
    };
  }

  /** A frame ends: forgets connections that it did not have. */
  end(): void {
    for (const [id, { frame }] of this.#connections) if (frame !== this.#frame) this.#connections.delete(id);
  }
}

function each(amount: number, seconds: number): number {
  return seconds > 0 ? amount / seconds : 0;
}
