/** Guards the ways out of simulated worlds: chance, time and timers of the runtime. Calls of `enter` and `leave` may nest. */
export interface Border {
  /** A world is about to be played. `leave` has to follow. */
  enter(): void;
  /** A world is over. */
  leave(): void;
  /** Runs code of a world. `hears` is told what that code, or what follows from it, takes from outside, and in which line. */
  run<T>(hears: (what: string) => void, call: () => T): T;
}
