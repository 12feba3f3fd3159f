import type { DelayedCall } from './clock.ts';
import type { Member } from './list.ts';
import { LinkedList } from './list.ts';

/** Something that happens when its time comes. */
interface Due<D> extends Member<D> {
  /** When it happens, in milliseconds on the clock. It may be moved later at any time: that only changes this number. */
  deadline: number;
  /** Its time has come: it leaves the sweep, or moves its deadline. */
  over(): void;
}

/** The part of a clock that a sweep needs. */
export interface Timing {
  now(): number;
  callLater(delayMs: number, task: () => void): DelayedCall;
}

/**
 * Many deadlines behind one delayed call. Most of them are moved, or leave, before their time comes, so that must cost next to
 * nothing; a sweep over those that are left looks for the ones whose time has come.
 */
export class Sweep<D extends Due<D>> {
  readonly #timing: Timing;
  readonly #grainMs: number;
  readonly #roll: LinkedList<D> = new LinkedList();
  #call: DelayedCall | undefined;
  /** When the next sweep may be. */
  #restsUntil: number = Number.NEGATIVE_INFINITY;

  /** Sweeps are at least `grainMs` apart: deadlines that come close together are met together, up to so much late. */
  constructor(timing: Timing, grainMs: number) {
    this.#timing = timing;
    this.#grainMs = grainMs;
  }

  /** Takes one in; a deadline of `Infinity` never comes. */
  add(due: D): void {
    this.#roll.add(due);
    this.#callAt(due.deadline);
  }

  /** Takes out one that is in. After the last one nothing waits. */
  remove(due: D): void {
    // Should the present sweep have it in hand, its time has not come after all.
    due.deadline = Number.POSITIVE_INFINITY;
    this.#roll.remove(due);
    if (!this.#roll.empty) return;
    this.#call?.cancel();
    this.#call = undefined;
  }

  /** Sees to it that it looks at that time or before, or else as soon as it may. */
  #callAt(time: number): void {
    if (time === Number.POSITIVE_INFINITY) return;
    const at = Math.max(time, this.#restsUntil);
    if (this.#call !== undefined && this.#call.getTime() <= at) return;
    this.#call?.cancel();
    this.#call = this.#timing.callLater(Math.max(0, at - this.#timing.now()), () => this.#look());
  }

  #look(): void {
    this.#call = undefined;
    const now = this.#timing.now();
    this.#restsUntil = now + this.#grainMs;
    const ready: D[] = [];
    let soonest = Number.POSITIVE_INFINITY;
    this.#roll.each((due) => {
      if (due.deadline <= now) ready.push(due);
      else soonest = Math.min(soonest, due.deadline);
    });
    for (const due of ready) {
      // One that is over may take others out.
      if (due.deadline <= now) due.over();
      soonest = Math.min(soonest, due.deadline);
    }
    this.#callAt(soonest);
  }
}
