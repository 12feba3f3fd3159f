import { Slabs } from '../bytes/slabs.ts';
import type { ObserveOptions, Observer } from '../protocol/observer.ts';
import type { HostAddress } from '../seam/address.ts';
import type { Backend, Resolver } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { ClockFacet } from '../seam/clock.ts';
import type { Processes } from '../seam/processes.ts';
import type { Streams } from '../seam/streams.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { Clock, DelayedCall, RepeatedCall, RepeatOptions, SleepOptions } from '../time/clock.ts';
import { Timers } from '../time/timers.ts';
import { Waits } from '../time/waits.ts';
import { checkFunction } from '../values/checks.ts';
import type { ErrorReport } from '../values/error-report.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { Lingers } from './linger.ts';
import { Group, type Live } from './live.ts';
import { Observers } from './observers.ts';
import { Recorder } from './recorder.ts';
import { lineOf, linesOf, titleOf } from './report.ts';
import { Stopwatch } from './stopwatch.ts';
import { Tally } from './tally.ts';
import { TlsContexts } from './tls-contexts.ts';

/** Something with work that waits for the end of the present run: bytes to flush, callbacks that were deferred. */
export interface Flushable {
  /** Does the work. Returns true if that ran code of the application. */
  flush(): boolean;
}

/** After this number of rounds in one run the rest waits for other events. */
const ROUNDS = 32;
/** After this time in milliseconds the rest of a turn waits for other events. */
const MOST_MS = 10;
/** Reading the clock is expensive, so it is read once for this number of flushes without code of the application. */
const UNWATCHED = 16;
/** How many writes outside of runs may follow one another before the clock is read. */
const ASKED = 64;
/** How many runs may follow one another without an event of the backend before the clock is read. */
const RUNS = 4;

/**
 * What the connections of one reactor share: its time, the run in progress, and the list of the live ones. A run is the callbacks
 * of one event, from the outermost upcall to its end; what they wrote is sent then. A turn is what happens from one event of the
 * backend to the next: a run, and the runs that follow from it as promises settle. A turn that would keep other events waiting is
 * interrupted, and goes on behind them.
 */
export class Engine implements Clock {
  /** Replaced once, by a table of inherited sockets that stands before them. */
  streams: Streams;
  /** Undefined where the runtime cannot start processes. */
  readonly processes: Processes | undefined;
  readonly slabs: Slabs;
  readonly timers: Timers;
  /** What waits on the clock besides delayed calls. */
  readonly waits: Waits;
  readonly lingers: Lingers;
  readonly contexts: TlsContexts;
  /** The groups that have members: the connections, and the undecided wires, of ports and connectors. */
  readonly live: Group<Live> = new Group(this);
  /**
   * A token for the time from one stop of the reactor to the next: what was asked for with an earlier token does not begin any
   * more. Undefined while the reactor stops: nothing new begins.
   */
  epoch: symbol | undefined = Symbol('epoch');
  /** Counts the turns. */
  turn = 0;
  readonly observers: Observers;
  /** Takes the time of callbacks; undefined unless an observer asks for that. */
  stopwatch: Stopwatch | undefined;
  /** Tells observers of chunks; undefined unless one asks for them. */
  recorder: Recorder | undefined;
  /** What its protocols have as their reactor, which sets it. */
  reactor: Clock = this;
  /** Counts the connections of all ports and connectors. */
  readonly tally: Tally = new Tally();
  /** Counts those of connectors. */
  readonly outgoing: Tally = new Tally(this.tally);
  readonly #clock: ClockFacet;
  readonly #names: Resolver;
  readonly #surroundings: Pick<Surroundings, 'warn'>;
  /** What the last stopwatch had told. */
  #toldMs = 0;
  #ids = 0;
  #depth = 0;
  /** Those with work for the end of the run: the first `#count` places. The array keeps its size, so that its memory is reused. */
  #scheduled: (Flushable | undefined)[] = [];
  #flushing: (Flushable | undefined)[] = [];
  #count = 0;
  /**
   * Those that go on after the events which waited when the first was postponed, and those that go on after the events that wait
   * now.
   */
  #postponed: Flushable[] = [];
  #behind: Flushable[] = [];
  /** The turn in which the first was postponed. */
  #postponedIn = -1;
  #deferred = false;
  #yielded = false;
  /** The turn has lasted too long: the rest of it waits for other events. */
  #exhausted = false;
  /** When the clock was first read since other events had their turn, while that is known. */
  #since: number | undefined;
  /** How many runs followed from one event, and in which turn. */
  #runs = 0;
  #chained = -1;
  #asked = 0;

  constructor({ clock, streams, names, surroundings, processes, released }: Omit<Backend, 'name'>) {
    this.streams = streams;
    this.processes = processes;
    this.#clock = clock;
    this.#names = names;
    this.#surroundings = surroundings;
    this.observers = new Observers(surroundings, (report) => this.#warn(report));
    this.slabs = new Slabs(released);
    this.timers = new Timers(clock, (task) => this.run(task));
    this.lingers = new Lingers(this.timers);
    this.waits = new Waits(this);
    this.contexts = new TlsContexts(streams, surroundings, (error) =>
      this.report({ who: 'ServerTLS', where: 'replace', error }),
    );
  }

  /** True while the reactor stops: nothing new begins. */
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
    // Otherwise the mistake would show later, in a timer.
    if (typeof call !== 'function') checkFunction('call', call, 'a function');
    return this.timers.callLater(delayMs, () => this.guard('a delayed call', titleOf(call), () => call(...args)));
  }

  sleep(ms: number, options?: SleepOptions): Promise<void> {
    return this.waits.sleep(ms, options);
  }

  callEvery(ms: number, call: () => unknown, options: RepeatOptions = {}): RepeatedCall {
    return this.waits.callEvery(ms, call, options, titleOf(call));
  }

  /** Looks a host name up. The empty name never has an address: a runtime could take it for this host, or warn. */
  async resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    return host === '' ? [] : this.#names.resolve(host);
  }

  /** Returns an id for a port, a connector or a connection. */
  newId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** An upcall begins. `leave` has to follow, also if something is thrown. */
  enter(): void {
    if (this.#depth === 0) {
      this.turn += 1;
      this.#exhausted = false;
      this.stopwatch?.wake();
    }
    this.#depth += 1;
  }

  /** An upcall ends; at the end of the outermost one the work that was scheduled is done. */
  leave(): void {
    try {
      if (this.#depth === 1 && this.#count > 0) this.#settleAll();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.stopwatch?.sleep();
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

  /** Schedules work for the end of the run; outside of a run it begins one. The caller must not schedule a thing twice. */
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

  /** True in an upcall: what runs then is one callback, which cannot be interrupted. */
  get running(): boolean {
    return this.#depth > 0;
  }

  /** Whether the turn has time for more. For code that continues after a promise, which must not occupy the event loop. */
  get hasTime(): boolean {
    this.#asked += 1;
    if (this.#asked >= ASKED) {
      this.#asked = 0;
      this.#look();
    }
    return !this.#exhausted;
  }

  /** Schedules work that waits for other events. The caller must not schedule a thing twice. */
  postpone(one: Flushable): void {
    if (!this.#yielded) this.#yield();
    (this.#postponedIn === this.turn ? this.#postponed : this.#behind).push(one);
  }

  /** Calls a callback that does not belong to a connection, and reports what it throws or rejects with. */
  guard(who: string, where: string, callback: () => unknown): void {
    const failed = (error: unknown): void => this.report({ who, where, error });
    const mark = this.stopwatch?.begin();
    try {
      const result = callback();
      if (isThenable(result)) promiseOf(result).catch(failed);
    } catch (error) {
      failed(error);
    } finally {
      if (mark !== undefined) this.stopwatch?.end(mark, () => who, where);
    }
  }

  /** Notifies an observer until the returned function is called. */
  observe(observer: Observer, options?: ObserveOptions): () => void {
    const remove = this.observers.add(observer, options);
    this.#attend();
    return () => {
      remove();
      this.#attend();
    };
  }

  /** Reports an error to the observers. It is printed unless one of them takes errors and does not throw. */
  report(what: ErrorReport): void {
    this.tally.errors += 1;
    const { report, told } = this.observers.error(what);
    if (!told) this.#warn(report);
  }

  /** Takes the time of callbacks, and notes chunks, while an observer asks for that. */
  #attend(): void {
    const now = (): number => this.#clock.now();
    this.recorder = this.observers.chunks ? (this.recorder ?? new Recorder(now, this.observers)) : undefined;
    this.#toldMs = this.stopwatch?.toldMs ?? this.#toldMs;
    this.stopwatch = this.observers.times
      ? (this.stopwatch ?? new Stopwatch(now, this.observers, this.#toldMs))
      : undefined;
    const { stopwatch } = this;
    this.timers.onRing = stopwatch === undefined ? undefined : (lateMs) => stopwatch.rang(lateMs);
  }

  #warn(report: ErrorReport): void {
    try {
      this.#surroundings.warn(lineOf(report), linesOf(report));
    } catch {
      // Standard error is gone, so this cannot be told.
    }
  }

  /** Runs a task in the present turn: it follows from the last event. */
  #goOn(task: () => void): void {
    this.stopwatch?.wake();
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
    this.stopwatch?.wake();
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

  /**
   * Checks whether too much time has passed. The time is that of all events since the loop last came around: a timer waits for
   * each of them, not for the longest.
   */
  #look(): void {
    const now = this.#clock.now();
    if (this.#since === undefined) {
      this.#since = now;
      this.#clock.yield(this.#renew);
    } else if (now - this.#since > MOST_MS) this.#exhausted = true;
  }

  readonly #renew = (): void => {
    this.#since = undefined;
  };

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

  /** Flushes one. What it throws, for instance from a policy of the application, must not affect the others. */
  #flush(one: Flushable): boolean {
    try {
      return one.flush();
    } catch (error) {
      this.report({ who: 'the engine', where: 'flush', error });
      return true;
    }
  }
}
