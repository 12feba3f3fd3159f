/** Time, chance and turns of the event loop. */
export interface ClockFacet {
  /** Returns milliseconds of a monotonic clock, with fractions. */
  now(): number;
  /** Returns milliseconds since 1970 (UTC); may jump. */
  wallClock(): number;
  /** Returns a random number, at least 0 and less than 1. */
  random(): number;
  /**
   * Sets the only timer: `ring` is called once, at the time `at` of `now()` or later, never earlier and never before this
   * returns; then the alarm is off. A further call replaces time and `ring`; `undefined` switches it off. An alarm that is on
   * keeps the process alive; with `Infinity` it does only that.
   */
  alarm(at: number | undefined, ring: () => void): void;
  /** Runs the task after the code that runs now, before any other event. Tasks run in the order in which they came. */
  defer(task: () => void): void;
  /** Runs the task after the events that already wait and all that follows from resolved promises. It keeps the process alive. */
  yield(task: () => void): void;
}
