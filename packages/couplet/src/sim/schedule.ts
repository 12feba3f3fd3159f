import { Heap } from '../time/heap.ts';

/** Something that is to happen. */
export class SimEvent {
  /** When, in milliseconds since the world began. */
  readonly key: number;
  /** Which comes first of those that are due at the same time: the smaller number. */
  readonly order: number;
  /** Where it waits; -1 when it has happened, or was cancelled. */
  place = -1;
  /** What happens. */
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
  readonly #heap: Heap<SimEvent> = new Heap();
  #order = 0;

  /** True when nothing is to happen any more. */
  get empty(): boolean {
    return this.#heap.first === undefined;
  }

  /** Has something happen at that time, or now if that is past. What is due at the same time happens in order of asking. */
  at(time: number, run: () => void): SimEvent {
    this.#order += 1;
    const event = new SimEvent(Math.max(time, this.now), this.#order, run);
    this.#heap.add(event);
    return event;
  }

  /** Has something happen after that many milliseconds. */
  after(delayMs: number, run: () => void): SimEvent {
    return this.at(this.now + delayMs, run);
  }

  /** It does not happen. Does nothing when it has happened, or was cancelled. */
  cancel(event: SimEvent | undefined): void {
    if (event !== undefined && event.place >= 0) this.#heap.remove(event);
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
