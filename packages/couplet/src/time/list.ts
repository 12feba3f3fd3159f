/** A member of a linked list. Only the list changes the links. */
export interface Member<M> {
  previous: M | undefined;
  next: M | undefined;
}

/**
 * A list that is linked through its members, so that adding and removing one only sets links. (A `Set` with many short-lived
 * members is rebuilt again and again, and each time the garbage collector copies everything in it.)
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

  /**
   * The members that are there now, the newest first: a visitor may wait in between, and some may be removed meanwhile. To copy them
   * costs more than `each`.
   */
  *[Symbol.iterator](): Generator<M> {
    const present: M[] = [];
    this.each((member) => present.push(member));
    yield* present;
  }

  /** Adds a member, which must not be in the list. */
  add(member: M): void {
    const first = this.#first;
    member.next = first;
    if (first !== undefined) first.previous = member;
    this.#first = member;
    this.#size += 1;
  }

  /** Removes a member, which has to be in the list. */
  remove(member: M): void {
    const { previous, next } = member;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    member.previous = undefined;
    member.next = undefined;
    this.#size -= 1;
  }

  /** Calls `visit` for each member, which it may remove. */
  each(visit: (member: M) => void): void {
    let member = this.#first;
    while (member !== undefined) {
      const { next } = member;
      visit(member);
      member = next;
    }
  }
}
