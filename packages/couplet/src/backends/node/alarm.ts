import { performance } from 'node:perf_hooks';

/** The longest delay that a timer of the runtime takes; it turns longer ones into 1 ms. */
const LONGEST = 2 ** 31 - 1;

/**
 * The alarm of the backend, one `setTimeout`. The runtime's timers fire up to 2 ms early, so it looks at the clock again. A
 * timer that is set too early, or that is no longer needed, is not replaced: it looks again when it fires, which costs least.
 */
export class NodeAlarm {
  #at: number | undefined;
  #ring: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #due = 0;

  set(at: number | undefined, ring: () => void): void {
    this.#at = at;
    this.#ring = ring;
    if (at === undefined) {
      this.#timer?.unref();
      return;
    }
    if (this.#timer !== undefined && this.#due <= at) this.#timer.ref();
    else this.#start(at);
  }

  #start(at: number): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    const delay = Math.min(Math.max(1, Math.ceil(at - now)), LONGEST);
    this.#due = now + delay;
    this.#timer = setTimeout(this.#fire, delay);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    const at = this.#at;
    if (at === undefined) return;
    if (performance.now() < at) {
      this.#start(at);
      return;
    }
    this.#at = undefined;
    this.#ring();
  };
}
