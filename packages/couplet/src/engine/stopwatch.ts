import type { LoopView, SlowCallback } from '../protocol/views.ts';

/** How many of the last values are kept. */
const LATEST_TIMERS = 256;
const LATEST_CALLBACKS = 32;

/** Takes the time of callbacks and timers, while an observer asks for slow callbacks. */
export class Stopwatch {
  /** From how many milliseconds on a callback is slow. */
  slowCallbackMs: number;
  readonly #now: () => number;
  readonly #slow: (callback: SlowCallback) => void;
  readonly #since: number;
  #busyMs = 0;
  /** When the run began, and whether no callback has begun since: then that is when the first one does. */
  #woke = 0;
  #fresh = false;
  /** The time that was told already: a callback around a slow one is not slow for the same time. */
  #toldMs: number;
  readonly #lateMs: number[] = [];
  #timers = 0;
  readonly #held: SlowCallback[] = [];

  /** `slow` is called with each slow callback; `toldMs` is that of the stopwatch before, whose marks may still come. */
  constructor(now: () => number, slowCallbackMs: number, slow: (callback: SlowCallback) => void, toldMs: number) {
    this.#toldMs = toldMs;
    this.#now = now;
    this.slowCallbackMs = slowCallbackMs;
    this.#slow = slow;
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
  }

  /** A callback begins. Returns a mark for `end`. */
  begin(): number {
    const at = this.#fresh ? this.#woke : this.#now();
    this.#fresh = false;
    return at - this.#toldMs;
  }

  /** The callback that began with the mark has ended. */
  end(mark: number, who: () => string, where: string, connection?: number): void {
    const at = this.#now();
    const ms = at - this.#toldMs - mark;
    if (ms < this.slowCallbackMs) return;
    this.#toldMs += ms;
    const callback = { who: who(), where, ms, at, ...(connection === undefined ? {} : { connection }) };
    this.#held.push(callback);
    if (this.#held.length > LATEST_CALLBACKS) this.#held.shift();
    this.#slow(callback);
    // What observers took for it is not the time of a callback around it.
    this.#toldMs += this.#now() - at;
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
