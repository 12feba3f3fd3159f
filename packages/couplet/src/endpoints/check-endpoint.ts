import { described, hasMethods } from '../values/checks.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';

/** Throws a `TypeError` unless that is an endpoint with the method; a description is not one. */
export function checkEndpoint(endpoint: unknown, method: 'connect' | 'listen'): void {
  if (typeof endpoint === 'object' && hasMethods(endpoint, [method])) return;
  // The rejection of a promise in its place must not end the process.
  if (isThenable(endpoint)) promiseOf(endpoint).catch(() => {});
  const reader = method === 'connect' ? 'clientFromString' : 'serverFromString';
  const text = typeof endpoint === 'string' ? described(endpoint).slice('the string '.length) : "'tcp:localhost:8007'";
  throw new TypeError(
    `endpoint is ${described(endpoint)}, which has no method '${method}': write ${reader}(reactor, ${text}) or create an endpoint`,
  );
}
