/** An entry of a heap. Only the heap changes `place`. */
export interface HeapEntry {
  /** When it is due. */
  key: number;
  /** Decides between entries with equal keys: the lower one comes first. */
  readonly order: number;
  /** Its place in the heap; -1 if it is not in one. */
  place: number;
}

/** A heap: its first entry is the one that is due first. Each operation costs the logarithm of the number of entries. */
export class Heap<E extends HeapEntry> {
  readonly #entries: E[] = [];

  get first(): E | undefined {
    return this.#entries[0];
  }

  /** All entries, in no order. */
  get entries(): readonly E[] {
    return this.#entries;
  }

  add(entry: E): void {
    entry.place = this.#entries.length;
    this.#entries.push(entry);
    this.#up(entry);
  }

  /** Removes an entry, which has to be in the heap. */
  remove(entry: E): void {
    const last = this.#entries.pop() as E;
    if (last !== entry) {
      last.place = entry.place;
      this.#entries[last.place] = last;
      this.#up(last);
      this.#down(last);
    }
    entry.place = -1;
  }

  /** Restores the order after the key of an entry in the heap has changed. */
  moved(entry: E): void {
    this.#up(entry);
    this.#down(entry);
  }

  /** Removes every entry. */
  clear(): void {
    for (const entry of this.#entries) entry.place = -1;
    this.#entries.length = 0;
  }

  #up(entry: E): void {
    const entries = this.#entries;
    let place = entry.place;
    while (place > 0) {
      const above = entries[(place - 1) >> 1] as E;
      if (!before(entry, above)) break;
      entries[place] = above;
      const next = above.place;
      above.place = place;
      place = next;
    }
    entries[place] = entry;
    entry.place = place;
  }

  #down(entry: E): void {
    const entries = this.#entries;
    let place = entry.place;
    for (;;) {
      let below = entries[2 * place + 1];
      const right = entries[2 * place + 2];
      if (right !== undefined && below !== undefined && before(right, below)) below = right;
      if (below === undefined || !before(below, entry)) break;
      entries[place] = below;
      const next = below.place;
      below.place = place;
      place = next;
    }
    entries[place] = entry;
    entry.place = place;
  }
}

function before(a: HeapEntry, b: HeapEntry): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
