import type { Clock } from 'couplet';

/** How many things are looked at before other events have their turn. */
const MOST = 1000;

/** Goes through what a reactor has, so that the event loop is never held for long: with pauses, and for one viewer after the other. */
export class Walk {
  readonly #clock: Clock;
  readonly #end: AbortController = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #seen = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does something that walks, when those before have ended. Rejects with what that does, and with an `Error` once it is closed. */
  after<T>(task: () => Promise<T>): Promise<T> {
    const begin = (): Promise<T> => {
      this.#end.signal.throwIfAborted();
      this.#seen = 0;
      return task();
    };
    const done = this.#last.then(begin, begin);
    this.#last = done;
    return done;
  }

  /** Looks at each thing. Rejects once it is closed. */
  async each<T>(things: Iterable<T>, look: (thing: T) => void): Promise<void> {
    for (const thing of things) {
      look(thing);
      this.#seen += 1;
      if (this.#seen % MOST === 0) await this.#clock.sleep(0, { signal: this.#end.signal });
    }
  }

  /** Ends what walks, and all that waits. */
  close(): void {
    this.#end.abort(new Error('the frames are closed'));
  }
}
