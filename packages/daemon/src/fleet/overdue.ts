import type { Clock } from 'couplet';

/**
 * Calls back once an answer is overdue. It may be there unread, if this process was busy: the next turn of its loop reads it, so that is
 * waited for, too. Returns what ends the wait.
 */
export function whenOverdue(clock: Clock, ms: number, call: () => void): () => void {
  let deadline = clock.callLater(ms, () => {
    deadline = clock.callLater(0, call);
  });
  return () => deadline.cancel();
}
