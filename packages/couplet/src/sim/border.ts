/** Stands before what is not of a world while worlds are played: chance, time and timers of the runtime. */
export interface Border {
  /** A world is about to be played. `leave` has to follow. */
  enter(): void;
  /** A world is over. */
  leave(): void;
  /** Runs code of a world: `hears` is told of what it, or what follows from it, takes from outside, and in which line. */
  run<T>(hears: (what: string) => void, call: () => T): T;
}

/** What else makes a world different each time, for a message. */
export const SUSPECTS: string =
  'chance or time from elsewhere than the world (crypto, new Date(), timers, files, sockets), or something that outlives a ' +
  'world (a variable of the module, a cache)';
