import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Factory } from '../protocol/factory.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import { checkAboveZero } from '../values/checks.ts';
import type { Guarded } from './guarded.ts';
import { guard } from './guarded.ts';
import { PerClock } from './per-clock.ts';
import { deadlinesOn, Timed } from './timed.ts';

/** A slow peer takes a large chunk in so many bytes at a time, and each of them shows that it lives. */
const PORTION = 64 * 1024;

/** Options of `timeoutIdle`. */
export interface IdleTimeout {
  /** How long no byte may move in either direction, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/**
 * Ends connections of the factory on which nothing moves: then they are cut, and `connectionLost` gets a `TimeoutError`. Never
 * early, at most a second late. Data that arrives counts, and data that the system takes to be sent: a slow download is not
 * idle. While a `throttle` holds a connection back, it is not idle. Throws a `RangeError` unless
 * `idleTimeoutMs` is above 0.
 */
export function timeoutIdle<F extends Factory | ClientFactory>(factory: F, options: IdleTimeout): Guarded<F> {
  const { idleTimeoutMs } = options;
  checkAboveZero('idleTimeoutMs', idleTimeoutMs);
  const sweeps = new PerClock(deadlinesOn);
  return guard(factory, { filter: (wire, clock) => new Idle(wire, clock, sweeps.of(clock), idleTimeoutMs) });
}

/** Each byte that moves moves the deadline. */
class Idle extends Timed {
  readonly #clock: Clock;
  readonly #idleMs: number;

  constructor(wire: Wire, clock: Clock, sweep: Sweep<Timed>, idleMs: number) {
    super(wire, sweep, clock.now() + idleMs, `nothing moved for ${idleMs / 1000} s`);
    this.#clock = clock;
    this.#idleMs = idleMs;
  }

  override over(): void {
    // Nobody can move anything that this side itself holds back.
    const least = this.stackDelayedUntil + this.#idleMs;
    if (least > this.#clock.now()) this.deadline = least;
    else super.over();
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
    this.deadline = this.#clock.now() + this.#idleMs;
  }
}
