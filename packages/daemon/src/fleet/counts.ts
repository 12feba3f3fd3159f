/** How often each key is held. Keys that are not held take no memory. */
export class Counts {
  readonly #counts: Map<string, number> = new Map();

  /** How often that key is held. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Adds, or with a negative number takes away. Never goes below 0. */
  add(key: string, more: number): void {
    const count = this.of(key) + more;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }

  /** All keys that are held, and how often. */
  [Symbol.iterator](): IterableIterator<[string, number]> {
    return this.#counts.entries();
  }
}
