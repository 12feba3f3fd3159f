import { Gather } from '../bytes/gather.ts';
import type { Clock, DelayedCall } from '../protocol/clock.ts';
import type { ErrorReport, Observer } from '../protocol/observer.ts';
import { Roll } from '../protocol/roll.ts';
import { isThenable } from '../protocol/thenable.ts';
import type { HostAddress } from '../seam/address.ts';
import type { Backend } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import { Contexts } from './contexts.ts';
import { Lingers } from './linger.ts';
import { lineOf, linesOf, printable, titleOf } from './report.ts';
import { Timers } from './timers.ts';

/** Something with work that waits for the end of the present run: bytes to flush, callbacks that were put off. */
export interface Unsettled {
  settle(): void;
}

/** A connection as far as the engine must know it to end it. */
export interface Live {
  /** The links of the engine's roll. */
  previous: Live | undefined;
  next: Live | undefined;
  /** Ends it because the reactor stops. */
  quit(): void;
}

/** After so many rounds in one run the rest waits, and other events have their turn. */
const ROUNDS = 32;

/**
 * What the connections of one reactor share: its time, the run in progress, and who lives. A run is one event's
 * callbacks, from the outermost upcall to its end; what they wrote leaves then.
 */
export class Engine implements Clock {
  readonly backend: Backend;
  readonly gather: Gather;
  /** Replaced, never changed: an observer may end, and another one begin, while they are told. */
  observers: readonly Observer[] = [];
  readonly timers: Timers;
  readonly lingers: Lingers;
  readonly contexts: Contexts;
  readonly live: Roll<Live> = new Roll();
  /** True while the reactor ends everything: nothing new begins. */
  stopping = false;
  #depth = 0;
  /** Who is unsettled: the first `#count` places. The list keeps its size, since emptying it would give its memory away. */
  #unsettled: (Unsettled | undefined)[] = [];
  #settling: (Unsettled | undefined)[] = [];
  #count = 0;
  #planned = false;
  #emptied: (() => void) | undefined;

  constructor(backend: Backend) {
    this.backend = backend;
    this.gather = new Gather(backend.released?.bind(backend));
    this.timers = new Timers(backend, (task) => {
      this.enter();
      task();
      this.leave();
    });
    this.lingers = new Lingers(this.timers);
    this.contexts = new Contexts(backend, (error) => this.report({ who: 'ServerTLS', where: 'replace', error }));
  }

  now(): number {
    return this.backend.now();
  }

  wallClock(): number {
    return this.backend.wallClock();
  }

  random(): number {
    return this.backend.random();
  }

  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    return this.timers.callLater(delayMs, () => this.guard('a delayed call', titleOf(call), () => call(...args)));
  }

  /** Looks a host name up. The empty one has no address: a runtime may take it for this host, or warn. */
  async resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    return host === '' ? [] : this.backend.resolve(host);
  }

  /** An upcall begins. */
  enter(): void {
    this.#depth += 1;
  }

  /** An upcall ends; the outermost one settles what it left to do. */
  leave(): void {
    if (this.#depth === 1 && this.#count > 0) this.#settleAll();
    this.#depth -= 1;
  }

  /** Runs a task as an upcall of its own, once the code that runs now is done. */
  defer(task: () => void): void {
    this.backend.defer(() => {
      this.enter();
      task();
      this.leave();
    });
  }

  /** Runs a task as an upcall of its own, after the events that wait already. */
  yield(task: () => void): void {
    this.backend.yield(() => {
      this.enter();
      task();
      this.leave();
    });
  }

  /** The one given has work for the end of the run; without a run it gets one. The caller sees to it that it asks once. */
  unsettle(one: Unsettled): void {
    this.#unsettled[this.#count] = one;
    this.#count += 1;
    if (this.#depth === 0) this.#plan(this.backend.defer);
  }

  /** Calls a callback that belongs to no connection, and reports what it throws or rejects with. */
  guard(who: string, where: string, callback: () => unknown): void {
    try {
      const result = callback();
      if (isThenable(result)) result.then(undefined, (error) => this.report({ who, where, error }));
    } catch (error) {
      this.report({ who, where, error });
    }
  }

  /** Tells the observers of an error; without one that listens it is printed. */
  report(what: ErrorReport): void {
    const report = printable(what);
    let told = false;
    this.tell((observer) => {
      told ||= observer.error !== undefined;
      observer.error?.(report);
    });
    if (!told) this.#complain(report);
  }

  /** Tells each observer of something. What an observer throws is printed: it must not hurt who was observed. */
  tell(what: (observer: Observer) => void): void {
    for (const observer of this.observers) {
      try {
        what(observer);
      } catch (error) {
        this.#complain({ who: 'an observer', where: 'observe', error });
      }
    }
  }

  /** A live one is gone. */
  bury(one: Live): void {
    this.live.remove(one);
    if (this.live.empty) this.#emptied?.();
  }

  /** Ends all that live, and resolves when they are gone. */
  async quitAll(): Promise<void> {
    if (this.live.empty) return;
    const empty = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    this.enter();
    this.live.each((one) => one.quit());
    this.leave();
    await empty;
    this.#emptied = undefined;
  }

  #complain(report: ErrorReport): void {
    this.backend.complain(lineOf(report), linesOf(report));
  }

  readonly #run = (): void => {
    this.#planned = false;
    this.enter();
    this.leave();
  };

  #plan(later: (task: () => void) => void): void {
    if (this.#planned) return;
    this.#planned = true;
    later.call(this.backend, this.#run);
  }

  #settleAll(): void {
    for (let round = 0; round < ROUNDS && this.#count > 0; round += 1) {
      const settling = this.#unsettled;
      const count = this.#count;
      this.#unsettled = this.#settling;
      this.#settling = settling;
      this.#count = 0;
      for (let at = 0; at < count; at += 1) {
        settling[at]?.settle();
        settling[at] = undefined;
      }
    }
    if (this.#count > 0) this.#plan(this.backend.yield);
  }
}
