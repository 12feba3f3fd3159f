import type { ConnectionDetail, ConnectionView } from '../protocol/views.ts';
import { LinkedList, type Member } from '../time/list.ts';
import type { Timing } from '../time/sweep.ts';
import type { LingerBounds } from './linger.ts';
import type { Moved } from './tally.ts';

/** Something that lives until it is ended: a connection, a wire that is not decided yet, or a group of these. */
export interface Live extends Moved {
  /** The links of the list that it is in. */
  previous: Live | undefined;
  next: Live | undefined;
  /**
   * Ends it in order. From now on its waits have these bounds in place of its own; `why` is for a protocol that had not closed it.
   */
  quit(bounds: LingerBounds, why: string): void;
  /** Ends it at once, after `quit`: the time for an orderly close is over. */
  cut(): void;
  /** Shows the connections, each as it is when it is asked for. */
  views(): Iterable<ConnectionView>;
  /** Shows the connection of that id in detail; undefined if it is not here. Absent where there are none. */
  detail?(id: number): ConnectionDetail | undefined;
}

/** The part of the engine that ends a group. */
interface Upcalls {
  readonly timers: Timing;
  run(task: () => void): void;
}

/**
 * What a port or connector has, and all that the engine has. It ends in one way: in order within a time, and at once after that. While
 * it has members it is a member of the group around it.
 */
export class Group<M extends Live & Member<M>> extends LinkedList<M> implements Live {
  previous: Live | undefined;
  next: Live | undefined;
  readonly #upcalls: Upcalls;
  readonly #around: Group<Live> | undefined;
  #emptied: (() => void) | undefined;

  constructor(upcalls: Upcalls, around?: Group<Live>) {
    super();
    this.#upcalls = upcalls;
    this.#around = around;
  }

  override add(member: M): void {
    if (this.empty) this.#around?.add(this);
    super.add(member);
  }

  override remove(member: M): void {
    super.remove(member);
    if (!this.empty) return;
    this.#around?.remove(this);
    const emptied = this.#emptied;
    this.#emptied = undefined;
    emptied?.();
  }

  /** Resolves when it has no members, now or later. */
  async whenEmpty(): Promise<void> {
    if (this.empty) return;
    const others = this.#emptied;
    await new Promise<void>((resolve) => {
      this.#emptied = () => {
        others?.();
        resolve();
      };
    });
  }

  get bytesIn(): number {
    let bytes = 0;
    this.each((member) => {
      bytes += member.bytesIn;
    });
    return bytes;
  }

  get bytesOut(): number {
    let bytes = 0;
    this.each((member) => {
      bytes += member.bytesOut;
    });
    return bytes;
  }

  *views(): Generator<ConnectionView> {
    for (const member of this) yield* member.views();
  }

  detail(id: number): ConnectionDetail | undefined {
    let detail: ConnectionDetail | undefined;
    this.each((member) => {
      detail ??= member.detail?.(id);
    });
    return detail;
  }

  quit(bounds: LingerBounds, why: string): void {
    for (const member of this) member.quit(bounds, why);
  }

  cut(): void {
    for (const member of this) member.cut();
  }

  /**
   * Ends all: in order within `lingerMs` milliseconds, and what is left then at once. Resolves when they are gone. May be called again,
   * with less time; `why` is for protocols that had not closed their connections.
   */
  async end(lingerMs: number, why: string): Promise<void> {
    if (this.empty) return;
    const gone = this.whenEmpty();
    this.#upcalls.run(() => {
      this.quit({ lingerTimeoutMs: lingerMs, lingerMaxMs: lingerMs }, why);
      if (lingerMs === 0) this.cut();
    });
    const bounded = lingerMs > 0 && lingerMs < Number.POSITIVE_INFINITY;
    const late = bounded ? this.#upcalls.timers.callLater(lingerMs, () => void this.end(0, why)) : undefined;
    await gone;
    late?.cancel();
  }
}
