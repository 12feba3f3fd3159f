import { Gather } from '../bytes/gather.ts';
import type { Observer } from '../protocol/observer.ts';
import type { HostAddress } from '../seam/address.ts';
import type { Backend, Resolver } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { ClockFacet } from '../seam/clock.ts';
import type { Streams } from '../seam/streams.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { LinkedList } from '../time/list.ts';
import { Timers } from '../time/timers.ts';
import { checkFunction } from '../values/checks.ts';
import type { ErrorReport } from '../values/error-report.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { type LingerBounds, Lingers } from './linger.ts';
import { lineOf, linesOf, printable, titleOf } from './report.ts';
import { TlsContexts } from './tls-contexts.ts';

/** Something with work that waits for the end of the present run: bytes to flush, callbacks that were put off. */
export interface Flushable {
  /** Does the work. True when that ran code of the application. */
  flush(): boolean;
}

/** A connection as far as the engine must know it to end it. */
export interface Live {
  /** The links of the engine's roll. */
  previous: Live | undefined;
  next: Live | undefined;
  /** Ends it in order because the reactor stops. */
  quit(): void;
  /** Ends it at once: the time for an orderly end is up. */
  cut(): void;
}

/** After so many rounds in one run the rest waits, and other events have their turn ... */
const ROUNDS = 32;
/** ... and after so many milliseconds. */
const MOST_MS = 10;
/** To look at the clock costs as much as a part of this many settlings. */
const UNWATCHED = 16;
/** So many writes outside of runs may follow one another without a look at the clock. */
const ASKED = 64;
/** So many runs may follow one another without an event of the backend before the clock is looked at. */
const RUNS = 4;
const AT_ONCE: LingerBounds = { lingerTimeoutMs: 0, lingerMaxMs: 0 };

/**
 * What the connections of one reactor share: its time, the run in progress, and who lives. A run is one event's
 * callbacks, from the outermost upcall to its end; what they wrote leaves then. A turn is what happens from one event of
 * the backend to the next: a run, and the runs that follow from it as promises settle. A turn that would keep the other
 * events waiting is broken off, and goes on behind them.
 */
export class Engine implements Clock {
  readonly streams: Streams;
  readonly gather: Gather;
  readonly timers: Timers;
  readonly lingers: Lingers;
  readonly contexts: TlsContexts;
  readonly live: LinkedList<Live> = new LinkedList();
  /**
   * The token of the time from one stop of the reactor to the next: what was asked for with an earlier one does not begin any more.
   * Undefined while the reactor ends everything: nothing new begins.
   */
  epoch: symbol | undefined = Symbol('epoch');
  /** Who is on the way out is waited for so long; set while the reactor stops. */
  stopBounds: LingerBounds | undefined;
  /** Counts the turns. */
  turn = 0;
  /** True when an observer may ask a connection for its addresses once it is gone. */
  watched = false;
  readonly #clock: ClockFacet;
  readonly #names: Resolver;
  readonly #surroundings: Pick<Surroundings, 'warn'>;
  /** Replaced, never changed: an observer may end, and another one begin, while they are told. */
  #observers: readonly Observer[] = [];
  #depth = 0;
  /** Who is unsettled: the first `#count` places. The list keeps its size, since emptying it would give its memory away. */
  #scheduled: (Flushable | undefined)[] = [];
  #flushing: (Flushable | undefined)[] = [];
  #count = 0;
  /** Who goes on after the events that waited when the first of them was postponed, and who after those that wait now. */
  #postponed: Flushable[] = [];
  #behind: Flushable[] = [];
  /** The turn of the first. */
  #postponedIn = -1;
  #deferred = false;
  #yielded = false;
  /** The turn has lasted too long: what is left of it is settled when the other events have had theirs. */
  #exhausted = false;
  /** When the clock was first looked at in a turn, and in which. */
  #since = 0;
  #timed = -1;
  /** How many runs followed from one event, and from which. */
  #runs = 0;
  #chained = -1;
  #asked = 0;
  #emptied: (() => void) | undefined;

  constructor({ clock, streams, names, surroundings, released }: Omit<Backend, 'name'>) {
    this.streams = streams;
    this.#clock = clock;
    this.#names = names;
    this.#surroundings = surroundings;
    this.gather = new Gather(released);
    this.timers = new Timers(clock, (task) => this.run(task));
    this.lingers = new Lingers(this.timers);
    this.contexts = new TlsContexts(streams, surroundings, (error) =>
      this.report({ who: 'ServerTLS', where: 'replace', error }),
    );
  }

  /** True while the reactor ends everything: nothing new begins. */
  get stopping(): boolean {
    return this.epoch === undefined;
  }

  now(): number {
    return this.#clock.now();
  }

  wallClock(): number {
    return this.#clock.wallClock();
  }

  random(): number {
    return this.#clock.random();
  }

  callLater<A extends unknown[]>(delayMs: number, call: (...args: A) => unknown, ...args: A): DelayedCall {
    // It would be found out too late, and by a timer.
    if (typeof call !== 'function') checkFunction('call', call, 'a function');
    return this.timers.callLater(delayMs, () => this.guard('a delayed call', titleOf(call), () => call(...args)));
  }

  /** Looks a host name up. The empty one has no address: a runtime may take it for this host, or warn. */
  async resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    return host === '' ? [] : this.#names.resolve(host);
  }

  /** An upcall begins. Whatever is thrown meanwhile, `leave` has to follow. */
  enter(): void {
    if (this.#depth === 0) {
      this.turn += 1;
      this.#exhausted = false;
    }
    this.#depth += 1;
  }

  /** An upcall ends; the outermost one settles what it left to do. */
  leave(): void {
    try {
      if (this.#depth === 1 && this.#count > 0) this.#settleAll();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Runs a task as an upcall. */
  run(task: () => void): void {
    this.enter();
    try {
      task();
    } finally {
      this.leave();
    }
  }

  /** Runs a task as an upcall of its own, once the code that runs now is done. */
  defer(task: () => void): void {
    this.#clock.defer(() => this.#goOn(task));
  }

  /** Runs a task as an upcall of its own, after the events that wait already. */
  yield(task: () => void): void {
    this.#clock.yield(() => this.run(task));
  }

  /** The one given has work for the end of the run; without a run it gets one. The caller sees to it that it asks once. */
  schedule(one: Flushable): void {
    if (this.#exhausted) {
      this.postpone(one);
      return;
    }
    this.#scheduled[this.#count] = one;
    this.#count += 1;
    if (this.#depth > 0 || this.#deferred) return;
    this.#deferred = true;
    this.#clock.defer(this.#runDeferred);
  }

  /** True in an upcall: what runs then is one callback, which nothing can break off. */
  get running(): boolean {
    return this.#depth > 0;
  }

  /** Whether the turn has time for more, for what continues after a promise: that must not keep the loop. */
  get hasTime(): boolean {
    this.#asked += 1;
    if (this.#asked >= ASKED) {
      this.#asked = 0;
      this.#look();
    }
    return !this.#exhausted;
  }

  /** The one given has work that is to wait for the other events. The caller sees to it that it asks once. */
  postpone(one: Flushable): void {
    if (!this.#yielded) this.#yield();
    (this.#postponedIn === this.turn ? this.#postponed : this.#behind).push(one);
  }

  /** Calls a callback that belongs to no connection, and reports what it throws or rejects with. */
  guard(who: string, where: string, callback: () => unknown): void {
    const failed = (error: unknown): void => this.report({ who, where, error });
    try {
      const result = callback();
      if (isThenable(result)) promiseOf(result).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Tells the observer of what happens, until the returned function is called. */
  observe(observer: Observer): () => void {
    const watch = (observers: readonly Observer[]): void => {
      this.#observers = observers;
      this.watched = observers.length > 0;
    };
    watch([...this.#observers, observer]);
    return () => watch(this.#observers.filter((one) => one !== observer));
  }

  /** Tells the observers of an error; without one that listens, and does not throw, it is printed. */
  report(what: ErrorReport): void {
    const report = printable(what);
    let told = false;
    this.notify((observer) => {
      if (observer.error === undefined) return;
      const result: unknown = observer.error(report);
      told = true;
      return result;
    });
    if (!told) this.#warn(report);
  }

  /** Tells each observer of something. What an observer throws or rejects with is printed: it must not hurt who was observed. */
  notify(what: (observer: Observer) => unknown): void {
    for (const observer of this.#observers) {
      try {
        const result = what(observer);
        if (isThenable(result)) promiseOf(result).catch(this.#observerFailed);
      } catch (error) {
        this.#observerFailed(error);
      }
    }
  }

  /** A live one is gone. */
  remove(one: Live): void {
    this.live.remove(one);
    if (this.live.empty) this.#emptied?.();
  }

  /** Ends all that live, in order within `lingerMs` milliseconds, and resolves when they are gone. */
  async quitAll(lingerMs: number): Promise<void> {
    this.stopBounds = { lingerTimeoutMs: lingerMs, lingerMaxMs: lingerMs };
    if (!this.live.empty) {
      const empty = new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
      this.run(() => this.live.each((one) => one.quit()));
      let late: DelayedCall | undefined;
      if (lingerMs === 0) this.cutAll();
      else if (lingerMs < Number.POSITIVE_INFINITY) late = this.timers.callLater(lingerMs, () => this.cutAll());
      await empty;
      this.#emptied = undefined;
      late?.cancel();
    }
    this.stopBounds = undefined;
  }

  /** Ends all that live at once. What a pending promise still holds up is not waited for either. */
  cutAll(): void {
    if (this.stopBounds !== undefined) this.stopBounds = AT_ONCE;
    this.run(() => this.live.each((one) => one.cut()));
  }

  readonly #observerFailed = (error: unknown): void => this.#warn({ who: 'an observer', where: 'observe', error });

  #warn(report: ErrorReport): void {
    try {
      this.#surroundings.warn(lineOf(report), linesOf(report));
    } catch {
      // Standard error is gone: there is nowhere left to say so.
    }
  }

  /** A run that follows from the last event, not from one of its own. */
  #goOn(task: () => void): void {
    this.#depth += 1;
    try {
      task();
    } finally {
      this.leave();
    }
  }

  readonly #runDeferred = (): void => {
    this.#deferred = false;
    if (this.#chained !== this.turn) {
      this.#chained = this.turn;
      this.#runs = 0;
    }
    this.#runs += 1;
    if (this.#runs > RUNS && this.#count > 0) this.#look();
    this.#depth += 1;
    this.leave();
  };

  readonly #runPostponed = (): void => {
    this.#yielded = false;
    const postponed = this.#postponed;
    this.#postponed = this.#behind;
    this.#behind = [];
    if (this.#postponed.length > 0) this.#yield();
    this.enter();
    for (const one of postponed) this.schedule(one);
    this.leave();
  };

  #yield(): void {
    this.#yielded = true;
    this.#postponedIn = this.turn;
    this.#clock.yield(this.#runPostponed);
  }

  /** Sees whether the turn has lasted too long. */
  #look(): void {
    const now = this.#clock.now();
    if (this.#timed !== this.turn) {
      this.#timed = this.turn;
      this.#since = now;
    } else if (now - this.#since > MOST_MS) this.#exhausted = true;
  }

  #settleAll(): void {
    let unwatched = 0;
    for (let round = 0; this.#count > 0; round += 1) {
      if (round === ROUNDS) this.#exhausted = true;
      const flushing = this.#scheduled;
      const count = this.#count;
      this.#scheduled = this.#flushing;
      this.#flushing = flushing;
      this.#count = 0;
      for (let at = 0; at < count; at += 1) {
        const one = flushing[at] as Flushable;
        flushing[at] = undefined;
        if (this.#exhausted) {
          this.postpone(one);
          continue;
        }
        unwatched += this.#flush(one) ? UNWATCHED : 1;
        if (unwatched >= UNWATCHED) {
          unwatched = 0;
          this.#look();
        }
      }
    }
    if (!this.#yielded) this.#exhausted = false;
  }

  /** What one throws here, a policy of the application's own say, must not keep the others from their turn. */
  #flush(one: Flushable): boolean {
    try {
      return one.flush();
    } catch (error) {
      this.report({ who: 'the engine', where: 'flush', error });
      return true;
    }
  }
}
