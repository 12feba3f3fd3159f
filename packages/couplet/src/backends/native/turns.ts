// Each descriptor that is ready is an event of its own, though all are told in one callback of Node: ticks and promises come before the next
// event, as with Node's own sockets, and what throws is an uncaught exception, after which the next event comes.

/** What Node runs between its immediates: ticks, promises, and rejections that nothing handles. Undefined where it has another name. */
const runWaiting: unknown = Reflect.get(process, '_tickCallback');

/** Whether what waits can be run. */
export const canSettle: boolean = typeof runWaiting === 'function';

/** Ends an event: runs what it has put off. */
export function settle(): void {
  for (;;) {
    try {
      if (typeof runWaiting === 'function') runWaiting();
      return;
    } catch (error) {
      raise(error);
    }
  }
}

/** Makes of what was thrown an uncaught exception of the process, which handlers of that may survive. */
export function raise(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
