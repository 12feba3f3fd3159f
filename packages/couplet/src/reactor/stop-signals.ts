import type { Clock } from '../time/clock.ts';

/** A signal that comes sooner after the one that began a drain is a copy: a terminal and npm both send one. */
const COPY_MS = 250;

/**
 * Returns what is to be called for each SIGINT and SIGTERM. `drain` takes a signal and returns whether it began a drain; `signal` is
 * called for one that did not, unless it is a copy.
 */
export function heed(clock: Pick<Clock, 'now'>, drain: () => boolean, signal: () => void): () => void {
  let drained = Number.NEGATIVE_INFINITY;
  return () => {
    if (drain()) drained = clock.now();
    else if (clock.now() - drained >= COPY_MS) signal();
  };
}
