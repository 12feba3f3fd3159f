/** What else makes a world different each time, for a message. */
export const SUSPECTS: string =
  'chance or time from elsewhere than the world (crypto, new Date(), timers, files, sockets), or something that outlives a ' +
  'world (a variable of the module, a cache)';
