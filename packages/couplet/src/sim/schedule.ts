import { type Entry, Heap } from '../time/heap.ts';

/** Something that is to happen. */
export class Happening implements Entry {
  readonly key: number;
  readonly order: number;
  place = -1;
  readonly run: () => void;

  constructor(time: number, order: number, run: () => void) {
    this.key = time;
    this.order = order;
    this.run = run;
  }
}

/** Virtual time: it stands still while something happens, and then jumps to whatever happens next. */
export class Schedule {
  /** Milliseconds since the world began. */
  now = 0;
  /** How many things have happened. */
  happened = 0;
  readonly #heap: Heap<Happening> = new Heap();
  #order = 0;

  /** True when nothing is to happen any more. */
  get empty(): boolean {
    return this.#heap.first === undefined;
  }

  /** Has something happen at that time, or now if that is past. What is due at the same time happens in order of asking. */
  at(time: number, run: () => void): Happening {
    this.#order += 1;
    const happening = new Happening(Math.max(time, this.now), this.#order, run);
    this.#heap.add(happening);
    return happening;
  }

  after(delayMs: number, run: () => void): Happening {
    return this.at(this.now + delayMs, run);
  }

  /** It does not happen. Does nothing when it has happened, or was cancelled. */
  cancel(happening: Happening | undefined): void {
    if (happening !== undefined && happening.place >= 0) this.#heap.remove(happening);
  }

  /** The next thing happens. False when there is none. */
  step(): boolean {
    const next = this.#heap.first;
    if (next === undefined) return false;
    this.#heap.remove(next);
    this.now = next.key;
    this.happened += 1;
    next.run();
    return true;
  }
}
