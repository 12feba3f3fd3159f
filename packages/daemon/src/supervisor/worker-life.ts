/**
 * The life of a worker process, seen by the supervisor. Everything that affects its state is here.
 *
 * - `starting`: it has been spawned, and imports and starts its services
 * - `ready`: it serves
 * - `leaving`: it drains
 * - `dying`: it ends by itself at once, was told to, or is being killed
 * - `ended`
 *
 * Its events: what it reports (`ready`, `failed`), what it is told (`drain`, `abort`), what does not come in time (`late`: that it is ready
 * or has drained; `silent`: a sign of life), and its end (`exited`). Pairs that are not listed are impossible: silence is watched from
 * `ready` on, no deadline runs in `ready`, neither is watched in `dying`, and nothing comes from one that has ended.
 */
export const WORKER_LIFE = {
  starting: {
    ready: { to: 'ready', call: 'isReady' },
    failed: { to: 'dying', call: 'fade' },
    drain: { to: 'dying', call: 'end' },
    abort: { to: 'dying', call: 'end' },
    late: { to: 'dying', call: 'kill' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  ready: {
    ready: 'ignore',
    failed: { to: 'dying', call: 'fade' },
    drain: { to: 'leaving', call: 'leave' },
    abort: { to: 'dying', call: 'end' },
    silent: { to: 'dying', call: 'kill' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  leaving: {
    ready: 'ignore',
    failed: { to: 'dying', call: 'fade' },
    drain: { to: 'leaving', call: 'leave' },
    abort: { to: 'dying', call: 'end' },
    late: { to: 'dying', call: 'kill' },
    silent: { to: 'dying', call: 'kill' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  dying: {
    // It had said so before it was told to end.
    ready: 'ignore',
    failed: 'ignore',
    drain: 'ignore',
    abort: { to: 'dying', call: 'end' },
    exited: { to: 'ended', call: 'hasEnded' },
  },
  ended: {
    drain: 'ignore',
    abort: 'ignore',
  },
} as const;
