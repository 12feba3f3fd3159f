import type { Clock, LoopView, RepeatedCall } from 'couplet';

/** How often the event loop is measured, in milliseconds, and how many of the last times count. */
const BEAT_MS = 100;
const LATEST = 256;

/** Measures how late the event loop is, while there is a viewer: a timer that rings late waited for it. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #lateMs: number[] = [];
  #beats = 0;
  #due = 0;
  #viewers = 0;
  #beat: RepeatedCall | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more looks. */
  enter(): void {
    this.#viewers += 1;
    if (this.#beat !== undefined) return;
    this.#due = this.#clock.now() + BEAT_MS;
    this.#beat = this.#clock.callEvery(BEAT_MS, () => this.#measure());
  }

  /** One looks no more. */
  leave(): void {
    this.#viewers -= 1;
    if (this.#viewers > 0) return;
    this.#beat?.cancel();
    this.#beat = undefined;
  }

  /** How late it was lately; undefined if that was not measured yet. */
  get lateMs(): LoopView['lateMs'] | undefined {
    if (this.#lateMs.length === 0) return undefined;
    const late = this.#lateMs.toSorted((a, b) => a - b);
    const quantile = (part: number): number => late[Math.min(late.length - 1, Math.floor(late.length * part))] ?? 0;
    return { p50: quantile(0.5), p99: quantile(0.99), max: late.at(-1) ?? 0 };
  }

  #measure(): void {
    const lateMs = Math.max(0, this.#clock.now() - this.#due);
    this.#lateMs[this.#beats % LATEST] = lateMs;
    this.#beats += 1;
    this.#due += BEAT_MS * Math.max(1, Math.ceil(lateMs / BEAT_MS));
  }
}
