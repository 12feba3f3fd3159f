// Each descriptor that is ready is an event of its own, though all are told in one callback of Node: ticks and promises come before the next
// event, as with Node's own sockets, and what throws is an uncaught exception, after which the next event comes.

type Run = () => void;

/** What Node runs between its immediates: ticks, promises, and rejections that nothing handles. Undefined where it has another name. */
const runWaiting: Run | undefined = found(Reflect.get(process, '_tickCallback'));

function found(member: unknown): Run | undefined {
  return typeof member === 'function' ? () => member() : undefined;
}

/** Whether what waits can be run. */
export const canSettle: boolean = runWaiting !== undefined;

/** Ends an event: runs what it has put off. */
export function settle(): void {
  for (;;) {
    try {
      runWaiting?.();
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
