import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { Sweep } from '../time/sweep.ts';
import { Portions } from './portions.ts';

/** How late a deadline may be noticed, in milliseconds: the connections of a policy are looked at that often at most. */
const GRAIN_MS = 500;

/** The deadlines of a policy's connections on one clock. */
export function deadlinesOn(clock: Clock): Sweep<Timed> {
  return new Sweep(clock, GRAIN_MS);
}

/** Cuts its connection when the deadline has come. */
export class Timed extends Portions {
  previous: Timed | undefined;
  next: Timed | undefined;
  deadline: number;
  readonly #sweep: Sweep<Timed>;
  readonly #cause: Cause;
  #expired = false;

  /** `why` becomes the message of the reason of `connectionLost`. */
  constructor(wire: Wire, sweep: Sweep<Timed>, deadline: number, why: string) {
    super(wire);
    this.deadline = deadline;
    this.#sweep = sweep;
    this.#cause = { kind: 'expired', code: '', detail: why };
    sweep.add(this);
  }

  over(): void {
    this.#expired = true;
    this.deadline = Number.POSITIVE_INFINITY;
    this.abort();
  }

  override onClosed(cause: Cause): void {
    this.#sweep.remove(this);
    super.onClosed(this.#expired ? this.#cause : cause);
  }
}
