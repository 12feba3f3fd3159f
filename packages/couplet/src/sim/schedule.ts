import { Heap } from '../time/heap.ts';

/** Something that will happen in a world, at a time. */
export class SimEvent {
  /** When it happens, in milliseconds since the world began. */
  readonly key: number;
  /** Its rank among those at the same time: the smaller number comes first. */
  readonly order: number;
  /** Its place among those that wait; -1 once it has happened or was cancelled. */
  place = -1;
  /** Lets it happen. */
  readonly run: () => void;

  constructor(time: number, order: number, run: () => void) {
    this.key = time;
    this.order = order;
    this.run = run;
  }
}

/** The virtual time of a world: it stands still while something happens, and then jumps to what happens next. */
export class Schedule {
  /** The time, in milliseconds since the world began. */
  now = 0;
  /** How many events have happened. */
  happened = 0;
  readonly #heap: Heap<SimEvent> = new Heap();
  #order = 0;

  /** True when no event waits. */
  get empty(): boolean {
    return this.#heap.first === undefined;
  }

  /**
   * Runs a function at a time, in milliseconds since the world began, or as the next event if that is past. Functions of the same
   * time run in the order of the calls. Returns the event, which can be cancelled.
   */
  at(time: number, run: () => void): SimEvent {
    this.#order += 1;
    const event = new SimEvent(Math.max(time, this.now), this.#order, run);
    this.#heap.add(event);
    return event;
  }

  /** Runs a function after a delay in milliseconds. Returns the event, which can be cancelled. */
  after(delayMs: number, run: () => void): SimEvent {
    return this.at(this.now + delayMs, run);
  }

  /** Cancels an event. Does nothing if it has happened, or was already cancelled. */
  cancel(event: SimEvent | undefined): void {
    if (event !== undefined && event.place >= 0) this.#heap.remove(event);
  }

  /** Lets the next event happen. Returns false if there is none. */
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
