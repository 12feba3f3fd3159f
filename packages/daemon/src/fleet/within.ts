import type { Clock } from 'couplet';
import { whenOverdue } from './overdue.ts';

/** Rejects if the promise takes too long. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = whenOverdue(clock, ms, () => reject(new Error(`no answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(cancel);
  });
}
