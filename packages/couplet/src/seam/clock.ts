/** Time, chance and turns of the event loop. */
export interface ClockFacet {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Milliseconds since 1970 (UTC); may jump. */
  wallClock(): number;
  /** At least 0, less than 1. */
  random(): number;
  /**
   * Sets the only timer: `ring` is called once, at `at` on the clock of `now()` or later, never earlier and never before this
   * returns; then the alarm is off. A further call replaces time and `ring`; `undefined` switches it off. An alarm that is on
   * keeps the process alive, and `Infinity` does nothing else.
   */
  alarm(at: number | undefined, ring: () => void): void;
  /** Runs the task after the code that runs now, before any other event. Tasks run in the order in which they came. */
  defer(task: () => void): void;
  /**
   * Runs the task after the events that wait already, and after all that follows from promises that are resolved: a long job
   * lets the others have their turn. It keeps the process alive.
   */
  yield(task: () => void): void;
}
