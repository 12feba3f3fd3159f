/** What can stand on a roll. The links are the roll's. */
export interface Member<M> {
  previous: M | undefined;
  next: M | undefined;
}

/**
 * A list of what is alive, linked through its members: joining and leaving cost nothing but the links. (A `Set` is rebuilt
 * again and again under many short lives, and each rebuilding moves everything in it through the collector.)
 */
export class LinkedList<M extends Member<M>> {
  #first: M | undefined;
  #size = 0;

  get empty(): boolean {
    return this.#first === undefined;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Each member, the newest first. None may be taken off meanwhile. */
  *[Symbol.iterator](): Generator<M> {
    for (let member = this.#first; member !== undefined; member = member.next) yield member;
  }

  /** Puts a new member on the roll. */
  add(member: M): void {
    const first = this.#first;
    member.next = first;
    if (first !== undefined) first.previous = member;
    this.#first = member;
    this.#size += 1;
  }

  /** Takes a member off the roll. */
  remove(member: M): void {
    const { previous, next } = member;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    member.previous = undefined;
    member.next = undefined;
    this.#size -= 1;
  }

  /** Calls `visit` for each member; it may take that member off. */
  each(visit: (member: M) => void): void {
    let member = this.#first;
    while (member !== undefined) {
      const { next } = member;
      visit(member);
      member = next;
    }
  }
}
