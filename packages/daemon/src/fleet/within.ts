import type { Clock } from 'couplet';

/** Rejects if the promise takes too long. Its answer may be there unread, if this process was busy: the next turn of its loop reads it. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const overdue = (): void => reject(new Error(`no answer within ${ms} ms`));
    let deadline = clock.callLater(ms, () => {
      deadline = clock.callLater(0, overdue);
    });
    promise.then(resolve, reject).finally(() => deadline.cancel());
  });
}
