import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import { checkAboveZero } from '../values/checks.ts';
import type { Guardable, Guarded } from './guarded.ts';
import { guard } from './guarded.ts';
import { PerClock } from './per-clock.ts';
import { deadlinesOn, Timed } from './timed.ts';

/** How many bytes of a large chunk are passed on at a time: each portion that a slow peer takes counts as activity. */
const PORTION = 64 * 1024;

/** Options of `timeoutIdle`. */
export interface IdleTimeout {
  /** How long a connection may be idle, in milliseconds, above 0 and finite. */
  readonly idleTimeoutMs: number;
}

/**
 * Ends connections of a factory that are idle. Returns a factory of the same side to use in its place; it builds the same
 * protocols. A connection is idle while no byte is received and the system takes none to be sent: a slow download is not idle,
 * nor is a connection that a `throttle` holds back. Once it was idle for that long, and at most a second later, it is reset, and
 * `connectionLost` gets a `TimeoutError`.
 *
 * Throws a `RangeError` if `idleTimeoutMs` is not above 0 and finite, and a `TypeError` if `factory` is neither a factory nor a function.
 */
export function timeoutIdle<F extends Guardable>(factory: F, options: IdleTimeout): Guarded<F> {
  const { idleTimeoutMs } = options;
  checkAboveZero('idleTimeoutMs', idleTimeoutMs);
  const sweeps = new PerClock(deadlinesOn);
  return guard(factory, {
    filter: (wire, clock) => new Idle(wire, clock, sweeps.of(clock), idleTimeoutMs),
    describe: () => ({ policy: 'timeoutIdle', idleTimeoutMs }),
  });
}

/** A connection with a deadline that each byte moves. */
class Idle extends Timed {
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(wire: Wire, clock: Clock, sweep: Sweep<Timed>, timeoutMs: number) {
    super(wire, sweep, clock.now() + timeoutMs, `nothing moved for ${timeoutMs / 1000} s`);
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  override over(): void {
    // No byte can move while this side itself holds the connection back.
    const least = this.stackDelayedUntil + this.#timeoutMs;
    if (least > this.#clock.now()) this.deadline = least;
    else super.over();
  }

  override get idleMs(): number {
    return Math.max(0, this.#clock.now() - (this.deadline - this.#timeoutMs));
  }

  override portion(left: number): number {
    return Math.min(left, PORTION);
  }

  override write(chunk: Uint8Array): boolean {
    this.#moved();
    return super.write(chunk);
  }

  override onWritable(): void {
    this.#moved();
    super.onWritable();
  }

  override onData(chunk: Buffer): void {
    this.#moved();
    super.onData(chunk);
  }

  #moved(): void {
    this.deadline = this.#clock.now() + this.#timeoutMs;
  }
}
