/**
 * The life of a supervisor. Everything that affects its state is here.
 *
 * - `starting`: it describes, binds, and starts the first generation
 * - `ready`: it serves
 * - `reloading`: it serves, and makes the next generation
 * - `leaving`: it is to stop, and still accepts
 * - `draining`: it does not accept any more
 * - `ending`: it ends at once
 * - `ended`
 */
export const SUPERVISOR_LIFE = {
  starting: {
    started: { to: 'ready', call: 'serve' },
    reload: 'ignore',
    reloaded: 'ignore',
    leave: { to: 'ending', call: 'end' },
    delayed: 'ignore',
    abort: { to: 'ending', call: 'end' },
    over: { to: 'ended', call: 'finish' },
  },
  ready: {
    started: 'ignore',
    reload: { to: 'reloading', call: 'reload' },
    reloaded: 'ignore',
    leave: { to: 'leaving', call: 'delay' },
    delayed: 'ignore',
    abort: { to: 'ending', call: 'end' },
    over: 'ignore',
  },
  reloading: {
    started: 'ignore',
    reload: 'ignore',
    reloaded: { to: 'ready', call: 'serve' },
    leave: { to: 'leaving', call: 'delay' },
    delayed: 'ignore',
    abort: { to: 'ending', call: 'end' },
    over: 'ignore',
  },
  leaving: {
    started: 'ignore',
    reload: 'ignore',
    reloaded: 'ignore',
    leave: 'ignore',
    delayed: { to: 'draining', call: 'drain' },
    abort: { to: 'ending', call: 'end' },
    over: 'ignore',
  },
  draining: {
    started: 'ignore',
    reload: 'ignore',
    reloaded: 'ignore',
    leave: 'ignore',
    delayed: 'ignore',
    abort: { to: 'ending', call: 'end' },
    over: { to: 'ended', call: 'finish' },
  },
  ending: {
    started: 'ignore',
    reload: 'ignore',
    reloaded: 'ignore',
    leave: 'ignore',
    delayed: 'ignore',
    abort: { to: 'ending', call: 'end' },
    over: { to: 'ended', call: 'finish' },
  },
  ended: {
    started: 'ignore',
    reload: 'ignore',
    reloaded: 'ignore',
    leave: 'ignore',
    delayed: 'ignore',
    abort: 'ignore',
    over: 'ignore',
  },
} as const;
