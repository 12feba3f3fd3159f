/**
 * The life of a process that a program spawned. What affects it is in this table. Each of its three pipes has the life of a connection.
 *
 * The states:
 *
 * - `starting`: it is not known yet whether it runs
 * - `running`: it runs, and a pipe is open
 * - `silent`: it runs, and no pipe is open
 * - `exited`: it has ended, or was let go, and a pipe is open
 * - `ending`: that is over, too; a promise of a callback may be pending
 * - `ended`: the protocol was told of the end
 *
 * The events:
 *
 * - `started`, `failed`: the outcome of the start
 * - `piped`: the last pipe is over
 * - `exit`: it has ended, or was let go
 * - `settled`: no promise is pending, or none is waited for
 *
 * A pair that is not here cannot happen: the machine throws.
 */
export const PROCESS_LIFE = {
  starting: {
    started: { to: 'running' },
    failed: { to: 'ended', call: 'end' },
  },
  running: {
    piped: { to: 'silent' },
    exit: { to: 'exited', call: 'boundPipes' },
  },
  silent: {
    exit: { to: 'ending', call: 'conclude' },
  },
  exited: {
    piped: { to: 'ending', call: 'conclude' },
  },
  ending: {
    settled: { to: 'ended', call: 'end' },
  },
  ended: {},
} as const;
