import type { FrameInput, Requested } from './frame-input.ts';

/**
 * What an input returns for its requests of one type: each time this one object, since every request is yielded before the next one is
 * made. `yield*` gets a result from it that is used again, too: nothing is allocated for a request whose bytes are there.
 */
export class Answers<T> implements Requested<T>, Iterator<FrameInput, T> {
  readonly #blank: T;
  readonly #answer: IteratorReturnResult<T>;
  readonly #wait: IteratorYieldResult<FrameInput>;
  /** Tries again to answer the request; undefined once it is answered. */
  #again: (() => T | undefined) | undefined;
  /** A request was made and is not yielded yet. */
  open = false;

  /** `blank` stands for an answer before there is one. */
  constructor(input: FrameInput, blank: T) {
    this.#blank = blank;
    this.#answer = { done: true, value: blank };
    this.#wait = { done: false, value: input };
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<FrameInput, T> {
    this.open = false;
    return this.#again === undefined ? this.#answer : this.#wait;
  }

  /** Answers a request. */
  give(value: T): this {
    this.#answer.value = value;
    this.open = true;
    return this;
  }

  /** A request is answered later: `again` returns undefined until it is. */
  giveLater(again: () => T | undefined): this {
    this.#again = again;
    this.open = true;
    return this;
  }

  /** Tries again to answer the request. */
  poll(): boolean {
    const value = this.#again?.();
    if (value === undefined) return false;
    this.#again = undefined;
    this.#answer.value = value;
    return true;
  }

  /** Forgets the request and its answer, which keeps a chunk alive. */
  clear(): void {
    this.#again = undefined;
    this.#answer.value = this.#blank;
    this.open = false;
  }
}
