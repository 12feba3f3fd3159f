/** True for a promise, or anything that can be awaited. */
export function isThenable<T>(value: unknown): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

const { then } = Promise.prototype;

/**
 * Returns a genuine promise that settles as the given one does. A class of the application's own may have a `then` that calls
 * back twice, throws, or returns a promise that rejects: that rejection must not stay unhandled.
 */
export function promiseOf<T>(thenable: PromiseLike<T>): Promise<T> {
  if (thenable instanceof Promise) {
    if (Object.getPrototypeOf(thenable) === Promise.prototype && thenable.then === then) return thenable;
    const promise = settled(thenable);
    if (promise !== undefined) return promise;
  }
  return new Promise((resolve, reject) => {
    // Later, as a promise would: it must not call back while the present code runs.
    Promise.resolve()
      .then(() => {
        const chained: unknown = thenable.then(resolve, reject);
        if (chained instanceof Promise) then.call(chained, undefined, reject);
      })
      .catch(reject);
  });
}

/**
 * Settles as the promise itself does, even if its class overrides `then`; undefined for an object that only claims to be a
 * promise.
 */
function settled<T>(promise: Promise<T>): Promise<T> | undefined {
  let genuine = true;
  const settles = new Promise<T>((resolve, reject) => {
    try {
      then.call(promise, resolve, reject);
    } catch {
      genuine = false;
    }
  });
  return genuine ? settles : undefined;
}

/** Turns a promise of any kind into a genuine one, and returns any other value as it is. */
export function awaited<T>(value: T | PromiseLike<T>): T | Promise<T> {
  return isThenable<T>(value) ? promiseOf(value) : value;
}
