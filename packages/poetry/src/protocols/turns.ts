/** A turnstile: lets a number of clients in at a time; the others wait in order of arrival. */
export class Turns<T> {
  readonly #places: number;
  readonly #begin: (one: T) => void;
  readonly #active: Set<T> = new Set();
  readonly #waiting: Set<T> = new Set();

  /** `places` of 0 means no limit. `begin` is called as soon as a turn has come. */
  constructor(places: number, begin: (one: T) => void) {
    this.#places = places === 0 ? Number.POSITIVE_INFINITY : places;
    this.#begin = begin;
  }

  /** How many have their turn now. */
  get active(): number {
    return this.#active.size;
  }

  /** How many wait for theirs. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Joins at the end. The turn may begin within the call. */
  join(one: T): void {
    this.#waiting.add(one);
    this.#admit();
  }

  /** Ends a turn, or gives up waiting for it. Does nothing if `one` does neither. */
  leave(one: T): void {
    this.#waiting.delete(one);
    if (this.#active.delete(one)) this.#admit();
  }

  #admit(): void {
    for (const next of this.#waiting) {
      if (this.#active.size >= this.#places) return;
      this.#waiting.delete(next);
      this.#active.add(next);
      this.#begin(next);
    }
  }
}
