import { LinkedList, type Member } from '../time/list.ts';
import type { Timing } from '../time/sweep.ts';
import type { LingerBounds } from './linger.ts';

/** Something that lives until it is ended: a connection, a wire that is not decided yet, or a group of these. */
export interface Live {
  /** The links of the list that it is in. */
  previous: Live | undefined;
  next: Live | undefined;
  /**
   * Ends it in order. From now on `bounds` limits its waits in place of its own bounds; `why` is for a protocol that had not closed
   * it.
   */
  quit(bounds: LingerBounds, why: string): void;
  /** Ends it at once: the time for an orderly close is over. */
  cut(why: string): void;
}

/** The part of the engine that ends a list. */
interface Upcalls {
  readonly timers: Timing;
  run(task: () => void): void;
}

/** A list of what lives, which ends in one way: in order within a time, and at once after that. */
export class LiveList<M extends Live & Member<M>> extends LinkedList<M> {
  readonly #upcalls: Upcalls;
  #emptied: (() => void) | undefined;

  constructor(upcalls: Upcalls) {
    super();
    this.#upcalls = upcalls;
  }

  override remove(member: M): void {
    super.remove(member);
    if (!this.empty) return;
    const emptied = this.#emptied;
    this.#emptied = undefined;
    emptied?.();
  }

  /** The members that are there now: a visitor may wait in between, and some may be removed meanwhile. */
  override *[Symbol.iterator](): Generator<M> {
    const present: M[] = [];
    this.each((member) => present.push(member));
    yield* present;
  }

  /** Resolves when it has no members, now or later. */
  whenEmpty(): Promise<void> {
    if (this.empty) return Promise.resolve();
    const others = this.#emptied;
    return new Promise((resolve) => {
      this.#emptied = () => {
        others?.();
        resolve();
      };
    });
  }

  quit(bounds: LingerBounds, why: string): void {
    for (const member of this) member.quit(bounds, why);
  }

  cut(why: string): void {
    for (const member of this) member.cut(why);
  }

  /** Ends all: in order within `lingerMs` milliseconds, and what is left then at once. Resolves when they are gone. */
  async end(lingerMs: number, why: string): Promise<void> {
    if (this.empty) return;
    const gone = this.whenEmpty();
    this.#upcalls.run(() => this.quit({ lingerTimeoutMs: lingerMs, lingerMaxMs: lingerMs }, why));
    const cut = (): void => this.cut(why);
    if (lingerMs === 0) this.#upcalls.run(cut);
    const late =
      lingerMs > 0 && lingerMs < Number.POSITIVE_INFINITY ? this.#upcalls.timers.callLater(lingerMs, cut) : undefined;
    await gone;
    late?.cancel();
  }
}
