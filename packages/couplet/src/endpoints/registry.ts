import type { Reactor } from '../reactor/reactor.ts';
import { checkFunction, checkText, described } from '../values/checks.ts';
import type { ClientEndpoint } from './client-endpoints.ts';
import type { Description } from './description.ts';
import type { ServerEndpoint } from './server-endpoints.ts';
import type { ServerPlace } from './server-place.ts';

/**
 * What a prefix of descriptions stands for; `registerEndpoint` takes it. Each function takes the arguments that it knows from the
 * description, whose methods throw the errors for those that are wrong; an argument that is left over is an error too.
 */
export interface EndpointKind {
  /** Returns the endpoint of a server, for `serverFromString`, `listen` and `serve`; without it the prefix is not one of servers. */
  readonly server?: (reactor: Reactor, description: Description) => ServerEndpoint;
  /** Returns the endpoint of a client, for `clientFromString`, `connect` and `open`; without it the prefix is not one of clients. */
  readonly client?: (reactor: Reactor, description: Description) => ClientEndpoint;
  /** Returns where the endpoint of a server listens, for `placeOf`; without it nothing can be said about that. */
  readonly place?: (description: Description) => ServerPlace;
}

/** The kinds that everyone has. */
const BUILT_IN: readonly string[] = ['tcp', 'tcp6', 'tls', 'ssl', 'unix', 'fd', 'systemd', 'stdio', 'exec', 'haproxy'];
/** Those that programs have registered. */
const KINDS: Map<string, EndpointKind> = new Map();

/**
 * Gives descriptions that begin with a prefix a meaning, in the whole process: after `registerEndpoint('redis', ...)` all functions that
 * take descriptions know `redis:cache:6379`. Returns a function that takes the prefix back, and does nothing when it is called again.
 *
 * Throws an `Error` if the prefix exists, a `RangeError` if it does not match `/^[a-z][a-z0-9+.-]*$/`, and a `TypeError` if it is not a
 * string, if a member of `kind` is not a function, or if it has neither `server` nor `client`.
 */
export function registerEndpoint(prefix: string, kind: EndpointKind): () => void {
  checkText('prefix', prefix, 'redis');
  if (!/^[a-z][a-z0-9+.-]*$/.test(prefix))
    throw new RangeError(
      `prefix is ${described(prefix)}, which is not a small letter and then small letters, digits, '+', '.' or '-'`,
    );
  if (BUILT_IN.includes(prefix) || KINDS.has(prefix)) throw new Error(`there is an endpoint '${prefix}' already`);
  for (const name of ['server', 'client', 'place'] as const)
    if (kind[name] !== undefined) checkFunction(name, kind[name], 'a function that takes a description');
  if (kind.server === undefined && kind.client === undefined)
    throw new TypeError(`the endpoint '${prefix}' has neither a function 'server' nor a function 'client'`);
  KINDS.set(prefix, kind);
  let there = true;
  return () => {
    if (there) KINDS.delete(prefix);
    there = false;
  };
}

/** Returns what was registered for a prefix. */
export function registered(prefix: string): EndpointKind | undefined {
  return KINDS.get(prefix);
}

/** Returns the prefixes that were registered for one side, each after a comma. */
export function othersFor(side: 'server' | 'client'): string {
  return Array.from(KINDS, ([prefix, kind]) => (kind[side] === undefined ? '' : `, ${prefix}`)).join('');
}
