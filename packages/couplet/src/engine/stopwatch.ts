import type { LoopView, SlowCallback, TimedCallback } from '../protocol/views.ts';
import type { Observers } from './observers.ts';

/** How many of the last values are kept. */
const LATEST_TIMERS = 256;
const LATEST_CALLBACKS = 32;

/** When a callback began, and how much had been told as slow then. */
export interface Mark {
  readonly at: number;
  readonly toldMs: number;
}

/** Takes the time of callbacks and timers, while an observer asks for that. */
export class Stopwatch {
  readonly #now: () => number;
  readonly #observers: Pick<Observers, 'slowCallbackMs' | 'slowCallback' | 'callbacks' | 'callback'>;
  readonly #since: number;
  #busyMs = 0;
  /** When the run began, and whether no callback has begun since: then that is when the first one does. */
  #woke = 0;
  #fresh = false;
  /** How many callbacks have begun and not ended, of those that began with this stopwatch. */
  #depth = 0;
  /** The time that was told already: a callback around a slow one is not slow for the same time. */
  #toldMs: number;
  readonly #lateMs: number[] = [];
  #timers = 0;
  readonly #held: SlowCallback[] = [];

  /** `toldMs` is that of the stopwatch before, whose marks may still come. */
  constructor(now: () => number, observers: Observers, toldMs: number) {
    this.#toldMs = toldMs;
    this.#now = now;
    this.#observers = observers;
    this.#since = now();
    this.#woke = this.#since;
  }

  get toldMs(): number {
    return this.#toldMs;
  }

  /** A run begins. */
  wake(): void {
    this.#woke = this.#now();
    this.#fresh = true;
  }

  /** A run ends. */
  sleep(): void {
    this.#busyMs += this.#now() - this.#woke;
    // A callback outside of a run, such as that of callWhenRunning, begins when it does.
    this.#fresh = false;
  }

  /** A callback begins. Returns a mark for `end`. */
  begin(): Mark {
    const at = this.#fresh ? this.#woke : this.#now();
    this.#fresh = false;
    this.#depth += 1;
    return { at, toldMs: this.#toldMs };
  }

  /** The callback that began with the mark has ended. */
  end(mark: Mark, who: () => string, where: string, connection?: number): void {
    const at = this.#now();
    if (this.#depth > 0) this.#depth -= 1;
    const lasted = at - mark.at;
    const ms = lasted - (this.#toldMs - mark.toldMs);
    const slow = ms >= this.#observers.slowCallbackMs;
    if (!slow && !this.#observers.callbacks) return;
    const name = who();
    const call = (took: number): TimedCallback =>
      connection === undefined ? { who: name, where, ms: took, at } : { who: name, where, ms: took, at, connection };
    if (this.#observers.callbacks) this.#observers.callback(call(lasted));
    if (slow) {
      this.#toldMs += ms;
      this.#keep(call(ms));
    }
    // What observers took for it is not the time of a callback around it, if there is one.
    if (slow || this.#depth > 0) this.#toldMs += this.#now() - at;
  }

  #keep(callback: SlowCallback): void {
    this.#held.push(callback);
    if (this.#held.length > LATEST_CALLBACKS) this.#held.shift();
    this.#observers.slowCallback(callback);
  }

  /** A timer rings, that many milliseconds after it was due. */
  rang(lateMs: number): void {
    this.#lateMs[this.#timers % LATEST_TIMERS] = lateMs;
    this.#timers += 1;
  }

  view(): LoopView {
    const lasted = this.#now() - this.#since;
    const late = this.#lateMs.toSorted((a, b) => a - b);
    const quantile = (part: number): number => late[Math.min(late.length - 1, Math.floor(late.length * part))] ?? 0;
    return {
      since: this.#since,
      busyMs: this.#busyMs,
      asleep: lasted > 0 ? Math.max(0, 1 - this.#busyMs / lasted) : 1,
      lateMs: { p50: quantile(0.5), p99: quantile(0.99), max: late.at(-1) ?? 0 },
      held: [...this.#held],
    };
  }
}
