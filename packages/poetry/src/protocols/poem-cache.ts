/** A fetch in progress, and how many clients wait for it. */
interface Fetch {
  readonly poem: Promise<Buffer>;
  readonly cancel: AbortController;
  waiting: number;
}

/**
 * A poem that is fetched at the first request, and then kept. Requests that come meanwhile share one fetch. A fetch that fails is
 * not kept, and one that nothing waits for any more is cancelled.
 */
export class PoemCache {
  readonly #fetch: (signal: AbortSignal) => Promise<Buffer>;
  #poem: Buffer | undefined;
  #running: Fetch | undefined;

  /** `fetch` resolves to the poem or rejects; it has to stop when its signal is aborted. */
  constructor(fetch: (signal: AbortSignal) => Promise<Buffer>) {
    this.#fetch = fetch;
  }

  /** The poem, once it has been fetched. */
  get poem(): Buffer | undefined {
    return this.#poem;
  }

  /** Resolves to the poem; rejects as the fetch does. Every call needs a call of `leave`, unless its promise has settled. */
  wait(): Promise<Buffer> {
    if (this.#poem !== undefined) return Promise.resolve(this.#poem);
    this.#running ??= this.#begin();
    this.#running.waiting += 1;
    return this.#running.poem;
  }

  /** One call of `wait` no longer needs the poem. */
  leave(): void {
    const running = this.#running;
    if (running === undefined) return;
    running.waiting -= 1;
    if (running.waiting > 0) return;
    this.#running = undefined;
    running.cancel.abort();
  }

  #begin(): Fetch {
    const cancel = new AbortController();
    const fetch: Fetch = { poem: this.#fetch(cancel.signal), cancel, waiting: 0 };
    const over = (poem: Buffer | undefined): void => {
      if (this.#running !== fetch) return;
      this.#running = undefined;
      this.#poem = poem;
    };
    fetch.poem.then(over, () => over(undefined));
    return fetch;
  }
}
