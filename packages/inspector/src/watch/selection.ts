/** What things are sorted by; those of one selection are all of one type. */
export type Key = string | number;

interface Entry<T> {
  readonly key: Key;
  /** Decides between equal keys. */
  readonly id: number;
  readonly thing: T;
}

/** The first things of many in their order: a heap with the last of them on top, so that the cost of each that is not among them is small. */
export class Selection<T> {
  readonly #heap: Entry<T>[] = [];
  readonly #most: number;
  readonly #sign: 1 | -1;

  /** `most` is how many are kept. */
  constructor(most: number, descending: boolean) {
    this.#most = most;
    this.#sign = descending ? -1 : 1;
  }

  add(key: Key, id: number, thing: () => T): void {
    const heap = this.#heap;
    if (heap.length < this.#most) {
      heap.push({ key, id, thing: thing() });
      this.#rise(heap.length - 1);
      return;
    }
    const [last] = heap;
    if (last === undefined || this.#compare(key, id, last) >= 0) return;
    heap[0] = { key, id, thing: thing() };
    this.#sink();
  }

  /** Those that were kept, in order. */
  sorted(): readonly T[] {
    return this.#heap.toSorted((a, b) => this.#compare(a.key, a.id, b)).map(({ thing }) => thing);
  }

  #compare(key: Key, id: number, other: Entry<T>): number {
    if (key === other.key) return id - other.id;
    return key < other.key ? -this.#sign : this.#sign;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      const [one, parent] = [heap[at], heap[above]];
      if (one === undefined || parent === undefined || this.#compare(one.key, one.id, parent) <= 0) return;
      heap[at] = parent;
      heap[above] = one;
      at = above;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) return;
      const below = right !== undefined && this.#compare(right.key, right.id, left) > 0 ? 2 * at + 2 : 2 * at + 1;
      const [one, child] = [heap[at], heap[below]];
      if (one === undefined || child === undefined || this.#compare(one.key, one.id, child) >= 0) return;
      heap[at] = child;
      heap[below] = one;
      at = below;
    }
  }
}
