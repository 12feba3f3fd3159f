import type { DelayedCall } from '../protocol/clock.ts';
import { Roll } from './roll.ts';

/** Sweeps are at least so far apart: the waits of many connections end together, up to so much late. */
const GRAIN_MS = 100;

/** The part of a clock that the waits need. */
interface Timing {
  now(): number;
  callLater(delayMs: number, task: () => void): DelayedCall;
}

/**
 * One wait for the peer's FIN after ours. It ends when nothing arrived for `idleMs`, and after `mostMs` in any case. Input
 * only moves a number.
 */
export class Linger {
  previous: Linger | undefined;
  next: Linger | undefined;
  /** When it ends. */
  deadline: number;
  readonly over: () => void;
  readonly #idleMs: number;
  readonly #end: number;

  constructor(now: number, idleMs: number, mostMs: number, over: () => void) {
    this.over = over;
    this.#idleMs = idleMs;
    this.#end = now + mostMs;
    this.deadline = Math.min(now + idleMs, this.#end);
  }

  /** Input arrived. */
  heard(now: number): void {
    this.deadline = Math.min(now + this.#idleMs, this.#end);
  }
}

/**
 * All waits of an engine behind one delayed call. Nearly every wait is over within a round trip, so joining and leaving
 * must cost next to nothing; a sweep over those that are left looks for the ones whose time has come.
 */
export class Lingers {
  readonly #timing: Timing;
  readonly #roll: Roll<Linger> = new Roll();
  #sweep: DelayedCall | undefined;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  add(linger: Linger): void {
    this.#roll.add(linger);
    this.#sweepAt(linger.deadline);
  }

  remove(linger: Linger): void {
    this.#roll.remove(linger);
    if (!this.#roll.empty) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  /** Sees to it that a sweep happens at that time or before; none for `Infinity`. */
  #sweepAt(time: number): void {
    if (time === Number.POSITIVE_INFINITY) return;
    if (this.#sweep !== undefined && this.#sweep.getTime() <= time) return;
    this.#sweep?.cancel();
    this.#sweep = this.#timing.callLater(Math.max(0, time - this.#timing.now()), () => this.#look());
  }

  #look(): void {
    this.#sweep = undefined;
    const now = this.#timing.now();
    let soonest = Number.POSITIVE_INFINITY;
    this.#roll.each((linger) => {
      if (linger.deadline <= now) linger.over();
      else soonest = Math.min(soonest, linger.deadline);
    });
    this.#sweepAt(Math.max(soonest, now + GRAIN_MS));
  }
}
