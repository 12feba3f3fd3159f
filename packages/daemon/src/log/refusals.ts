import type { Clock, DelayedCall } from 'couplet';

/** How many refusals of one cause are told within a second. */
const MOST = 10;
const SECOND_MS = 1000;

/** The second that began with the first refusal of a cause. */
interface Second {
  refused: number;
  readonly end: DelayedCall;
}

/** Lets the first ten refusals of a cause within a second be told, and the number of the others when it is over. */
export class Refusals {
  readonly #clock: Pick<Clock, 'callLater'>;
  readonly #tellMore: (cause: string, count: number) => void;
  readonly #seconds = new Map<string, Second>();

  /** `tellMore` is called with the number of the refusals that were not told. */
  constructor(clock: Pick<Clock, 'callLater'>, tellMore: (cause: string, count: number) => void) {
    this.#clock = clock;
    this.#tellMore = tellMore;
  }

  /** Returns whether a refusal is to be told. */
  count(cause: string): boolean {
    let second = this.#seconds.get(cause);
    if (second === undefined) {
      second = { refused: 0, end: this.#clock.callLater(SECOND_MS, () => this.#close(cause)) };
      this.#seconds.set(cause, second);
    }
    second.refused += 1;
    return second.refused <= MOST;
  }

  /** Tells what has not been told. */
  end(): void {
    for (const cause of this.#seconds.keys()) this.#close(cause);
  }

  #close(cause: string): void {
    const second = this.#seconds.get(cause);
    if (second === undefined) return;
    this.#seconds.delete(cause);
    second.end.cancel();
    if (second.refused > MOST) this.#tellMore(cause, second.refused - MOST);
  }
}
