/** True for a promise, or anything that can be awaited. */
export function isThenable<T>(value: unknown): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

const { then } = Promise.prototype;

/**
 * What an application returned, as a promise that settles when it does. A class of the application's own may have a `then`
 * that calls back twice, throws, or returns a promise that rejects: that rejection must not stay unhandled.
 */
export function promiseOf<T>(thenable: PromiseLike<T>): Promise<T> {
  if (thenable instanceof Promise) {
    if (Object.getPrototypeOf(thenable) === Promise.prototype && thenable.then === then) return thenable;
    const promise = settled(thenable);
    if (promise !== undefined) return promise;
  }
  return new Promise((resolve, reject) => {
    // Later, as a promise would: it must not call back in the middle of what runs now.
    Promise.resolve()
      .then(() => {
        const chained: unknown = thenable.then(resolve, reject);
        if (chained instanceof Promise) then.call(chained, undefined, reject);
      })
      .catch(reject);
  });
}

/** Settles as the promise does that this one is, whatever its class made of `then`; undefined for one that only claims to be one. */
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

/** The same for a value that may be a promise or not. */
export function awaited<T>(value: T | PromiseLike<T>): T | Promise<T> {
  return isThenable<T>(value) ? promiseOf(value) : value;
}
