// Each descriptor that is ready is an event of its own, though all are told in one callback of Node: ticks and promises come before the next
// event, as with Node's own sockets, and what throws is an uncaught exception, after which the next event comes.

/** What Node runs between its immediates: ticks, promises, and rejections that nothing handles. Undefined where it has another name. */
const runWaiting: unknown = Reflect.get(process, '_tickCallback');

/** Says why what waits cannot be run; undefined where it can. */
export function unsettled(): string | undefined {
  const name = 'process._tickCallback, by which each event is one of its own';
  if (typeof runWaiting !== 'function') return `Node ${process.versions.node} has no ${name}`;
  // By --pending-deprecation, or its variable, it is a function of node:util that warns, and has the other as its prototype.
  const warns = Object.getPrototypeOf(runWaiting) !== Function.prototype;
  return warns && process.throwDeprecation
    ? `--throw-deprecation and --pending-deprecation forbid ${name}: one of them alone allows it`
    : undefined;
}

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
