/**
 * The life of a reactor. Everything that affects it is in this table, and there is no other state: the reactor raises the event first,
 * and does what follows from it in the new state.
 *
 * The states:
 *
 * - `idle`: it does not run; ports, connections, attempts and timers work nevertheless
 * - `running`: everything works, and the process is kept alive
 * - `draining`: its ports have stopped listening, and their connections end by themselves
 * - `shuttingDown`: the triggers before shutdown run, and everything works on until they are `ready`
 * - `ending`: the triggers during shutdown run, ports, attempts and connections end, and nothing new begins
 * - `settling`: all have ended; the triggers after shutdown run, and what they asked for has one turn to fail
 *
 * The events:
 *
 * - `run`, `stop`: the program calls these methods
 * - `drain`: the first SIGINT or SIGTERM, if there is a time for connections to end by themselves
 * - `signal`: any other one; the handlers are there while it runs. One that ends a drain raises `stop` before
 * - `drained`: the connections of all ports have ended, or the time for that is over
 * - `ready`: the promises of the triggers before shutdown have settled, or are not waited for any more
 * - `ended`: ports, attempts and connections have ended
 * - `over`: the turn after that is over
 *
 * An event that a state ignores says `ignore`, and one that a program must not cause calls an action that throws. A pair that is not
 * here cannot happen: the machine throws.
 */
export const REACTOR_LIFE = {
  idle: {
    run: { to: 'running' },
    stop: { to: 'idle', call: 'refuseStop' },
  },
  running: {
    run: { to: 'running', call: 'refuseRun' },
    stop: { to: 'shuttingDown', call: 'shutDown' },
    signal: { to: 'shuttingDown', call: 'shutDown' },
    drain: { to: 'draining' },
  },
  draining: {
    run: { to: 'draining', call: 'refuseRun' },
    stop: { to: 'shuttingDown', call: 'shutDown' },
    drained: { to: 'shuttingDown', call: 'shutDown' },
  },
  shuttingDown: {
    run: { to: 'shuttingDown', call: 'refuseRun' },
    stop: 'ignore',
    signal: { to: 'shuttingDown', call: 'hurry' },
    // The reactor, or a signal, ended the drain.
    drained: 'ignore',
    ready: { to: 'ending', call: 'end' },
  },
  ending: {
    run: { to: 'ending', call: 'refuseRun' },
    stop: 'ignore',
    signal: { to: 'ending', call: 'cut' },
    drained: 'ignore',
    ended: { to: 'settling' },
  },
  settling: {
    run: { to: 'settling', call: 'refuseRun' },
    stop: 'ignore',
    signal: 'ignore',
    drained: 'ignore',
    over: { to: 'idle', call: 'beginEpoch' },
  },
} as const;
