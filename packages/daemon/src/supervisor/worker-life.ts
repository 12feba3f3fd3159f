/**
 * The life of a worker process, seen by the supervisor. Everything that affects its state is here.
 *
 * - `starting`: it has been spawned, and imports and starts its services
 * - `ready`: it serves
 * - `leaving`: it drains
 * - `dying`: it was told to end at once, or is being killed
 * - `ended`
 */
export const WORKER_LIFE = {
  starting: {
    ready: { to: 'ready', call: 'isReady' },
    failed: { to: 'dying', call: 'fail' },
    late: { to: 'dying', call: 'kill' },
    silent: { to: 'dying', call: 'kill' },
    drain: { to: 'dying', call: 'end' },
    abort: { to: 'dying', call: 'end' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  ready: {
    ready: 'ignore',
    failed: { to: 'dying', call: 'fail' },
    late: 'ignore',
    silent: { to: 'dying', call: 'kill' },
    drain: { to: 'leaving', call: 'leave' },
    abort: { to: 'dying', call: 'end' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  leaving: {
    ready: 'ignore',
    failed: { to: 'dying', call: 'fail' },
    late: { to: 'dying', call: 'kill' },
    silent: { to: 'dying', call: 'kill' },
    drain: { to: 'leaving', call: 'leave' },
    abort: { to: 'dying', call: 'end' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  dying: {
    ready: 'ignore',
    failed: 'ignore',
    late: 'ignore',
    silent: 'ignore',
    drain: 'ignore',
    abort: { to: 'dying', call: 'end' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  ended: {
    ready: 'ignore',
    failed: 'ignore',
    late: 'ignore',
    silent: 'ignore',
    drain: 'ignore',
    abort: 'ignore',
    exited: 'ignore',
  },
} as const;
