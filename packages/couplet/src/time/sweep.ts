import type { DelayedCall } from './clock.ts';
import type { Member } from './list.ts';
import { LinkedList } from './list.ts';

/** Something with a deadline. */
interface Due<D> extends Member<D> {
  /** Its time, in milliseconds of the clock. It may be moved later at any time by changing this number only. */
  deadline: number;
  /** Called when its time has come. It has to leave the sweep or to move its deadline. */
  over(): void;
}

/** The part of a clock that a sweep needs. */
export interface Timing {
  now(): number;
  callLater(delayMs: number, task: () => void): DelayedCall;
}

/**
 * Many deadlines behind one delayed call. Most of them are moved or removed before their time comes, so these operations have to be
 * cheap; from time to time a sweep over the rest finds those whose time has come.
 */
export class Sweep<D extends Due<D>> {
  readonly #timing: Timing;
  readonly #grainMs: number;
  readonly #roll: LinkedList<D> = new LinkedList();
  #call: DelayedCall | undefined;
  /** The next sweep is not before this time. */
  #restsUntil: number = Number.NEGATIVE_INFINITY;

  /** Sweeps are at least `grainMs` milliseconds apart. Deadlines that are close together are met together, up to `grainMs` late. */
  constructor(timing: Timing, grainMs: number) {
    this.#timing = timing;
    this.#grainMs = grainMs;
  }

  /** Adds one. A deadline of `Infinity` never comes. */
  add(due: D): void {
    this.#roll.add(due);
    this.#callAt(due.deadline);
  }

  /** Removes one, which has to be in the sweep. After the last one no delayed call waits. */
  remove(due: D): void {
    // A sweep in progress may have it on its list of those that are due.
    due.deadline = Number.POSITIVE_INFINITY;
    this.#roll.remove(due);
    if (!this.#roll.empty) return;
    this.#call?.cancel();
    this.#call = undefined;
  }

  /** Makes sure that a sweep takes place at that time or before, or else as soon as it may. */
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
      // Calling `over` of one may have removed others.
      if (due.deadline <= now) due.over();
      soonest = Math.min(soonest, due.deadline);
    }
    this.#callAt(soonest);
  }
}
