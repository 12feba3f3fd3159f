/**
 * The life of a supervisor. Everything that affects its state is here.
 *
 * - `starting`: it starts the first generation
 * - `ready`: it serves
 * - `reloading`: it serves, and makes the next generation
 * - `leaving`: it is to stop, and still accepts
 * - `draining`: it does not accept any more
 * - `ending`: it ends at once
 * - `ended`
 *
 * Its events: the first generation is ready (`started`), a reload begins and has come to something (`reload`, `reloaded`), it is to stop
 * (`leave`, `abort`), the delay before a drain is over (`delayed`), and everything has ended (`over`). Pairs that are not listed are
 * impossible: a reload begins in `ready` only, and goes on when a stop overtakes it.
 */
export const SUPERVISOR_LIFE = {
  starting: {
    started: { to: 'ready', call: 'serve' },
    leave: { to: 'ending', call: 'end' },
    abort: { to: 'ending', call: 'end' },
  },
  ready: {
    reload: { to: 'reloading', call: 'reload' },
    leave: { to: 'leaving', call: 'delay' },
    abort: { to: 'ending', call: 'end' },
  },
  reloading: {
    reloaded: { to: 'ready', call: 'serve' },
    leave: { to: 'leaving', call: 'delay' },
    abort: { to: 'ending', call: 'end' },
  },
  leaving: {
    reloaded: 'ignore',
    leave: 'ignore',
    delayed: { to: 'draining', call: 'drain' },
    abort: { to: 'ending', call: 'end' },
  },
  draining: {
    reloaded: 'ignore',
    leave: 'ignore',
    abort: { to: 'ending', call: 'end' },
    over: { to: 'ended', call: 'finish' },
  },
  ending: {
    reloaded: 'ignore',
    leave: 'ignore',
    abort: 'ignore',
    over: { to: 'ended', call: 'finish' },
  },
  ended: {
    reloaded: 'ignore',
    leave: 'ignore',
    abort: 'ignore',
    // A drain that was cut short is over as well.
    over: 'ignore',
  },
} as const;
