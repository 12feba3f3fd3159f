/** The longest delay that a timer takes; it turns longer ones into none. */
const LONGEST = 2 ** 31 - 1;

/** The alarm of the backend, one `setTimeout`. Clocks of pages are coarse, so it looks at the clock again when its timer fires. */
export class BrowserAlarm {
  #timer: ReturnType<typeof setTimeout> | undefined;

  set(at: number | undefined, ring: () => void): void {
    clearTimeout(this.#timer);
    // A page lives on without a timer.
    if (at === undefined || at === Number.POSITIVE_INFINITY) return;
    const delay = Math.min(Math.max(1, Math.ceil(at - performance.now())), LONGEST);
    this.#timer = setTimeout(() => {
      if (performance.now() < at) this.set(at, ring);
      else ring();
    }, delay);
  }
}
