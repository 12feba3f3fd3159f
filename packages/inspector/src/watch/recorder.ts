import type { MovedChunk, Reactor, TimedCallback } from 'couplet';

/** How many chunks, and how many callbacks, are kept until viewers have them. */
const KEPT = 8192;

/** The last things of a kind, each with a number. */
class Ring<T> {
  readonly #things: T[] = [];
  /** How many there were so far. */
  count = 0;

  add(thing: T): void {
    this.#things[this.count % KEPT] = thing;
    this.count += 1;
  }

  /** Those behind the first `seen` that are kept, in order. */
  since(seen: number): readonly T[] {
    const from = Math.max(seen, this.count - KEPT);
    const start = from % KEPT;
    const length = this.count - from;
    return [...this.#things.slice(start, start + length), ...this.#things.slice(0, Math.max(0, start + length - KEPT))];
  }

  clear(): void {
    this.#things.length = 0;
    this.count = 0;
  }
}

/** Where a viewer is in what was recorded. */
export interface Place {
  readonly chunks: number;
  readonly callbacks: number;
}

/** Records each chunk and each callback of a reactor, while a viewer wants a timeline. */
export class Recorder {
  readonly #reactor: Pick<Reactor, 'observe'>;
  readonly #chunks: Ring<MovedChunk> = new Ring();
  readonly #callbacks: Ring<TimedCallback> = new Ring();
  #viewers = 0;
  #leave: (() => void) | undefined;

  constructor(reactor: Pick<Reactor, 'observe'>) {
    this.#reactor = reactor;
  }

  /** One more wants a timeline. */
  enter(): void {
    this.#viewers += 1;
    this.#leave ??= this.#reactor.observe({
      chunk: (chunk) => this.#chunks.add(chunk),
      callback: (callback) => this.#callbacks.add(callback),
    });
  }

  /** One wants none any more. */
  leave(): void {
    this.#viewers -= 1;
    if (this.#viewers > 0) return;
    this.#leave?.();
    this.#leave = undefined;
    this.#chunks.clear();
    this.#callbacks.clear();
  }

  /** Where the recording ends at present. */
  get end(): Place {
    return { chunks: this.#chunks.count, callbacks: this.#callbacks.count };
  }

  chunksSince({ chunks }: Place): readonly MovedChunk[] {
    return this.#chunks.since(chunks);
  }

  callbacksSince({ callbacks }: Place): readonly TimedCallback[] {
    return this.#callbacks.since(callbacks);
  }
}
