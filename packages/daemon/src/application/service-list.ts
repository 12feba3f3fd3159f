import type { Drained } from 'couplet';
import { messageOf } from '../values/error-words.ts';
import type { Service, ServiceContext } from './service.ts';
import { ServiceError } from './service-error.ts';

/** How long each service may take. */
export interface ServiceDeadlines {
  /** How long `start` of each may take, in milliseconds, above 0; 30,000 unless set. */
  readonly startTimeoutMs?: number;
  /** How long `stop` of each may take, in milliseconds, above 0; no bound of its own unless set. */
  readonly stopTimeoutMs?: number;
}

const START_MS = 30_000;
/** How long those that have started may take to stop when another one has failed to start, all together. */
const ROLLBACK_MS = 5000;
/** How much longer than it was given a service may take to drain: it ends what is left when its time is up. */
const DRAIN_GRACE_MS = 250;
const NAME = /^[\w.-]+$/;

/** A place in a list of services. */
interface Started {
  readonly service: Service;
  readonly context: ServiceContext;
}

/**
 * Services that start in order and stop in reverse. If one fails to start, those before it are stopped. Each gets its own path, behind
 * that of the list.
 */
export class ServiceList {
  readonly services: readonly Service[];
  readonly #startMs: number;
  readonly #stopMs: number;
  #started: Started[] = [];

  /** Throws a `TypeError` if one is not a service, and a `RangeError` if its name is not one, or two have the same. */
  constructor(
    services: readonly Service[],
    { startTimeoutMs = START_MS, stopTimeoutMs = Infinity }: ServiceDeadlines = {},
  ) {
    checkServices(services);
    checkDeadline('startTimeoutMs', startTimeoutMs);
    checkDeadline('stopTimeoutMs', stopTimeoutMs);
    this.services = services;
    this.#startMs = startTimeoutMs;
    this.#stopMs = stopTimeoutMs;
  }

  /** Starts those that `wanted` names, or all. Rejects with the `ServiceError` of the first that fails. */
  async start(context: ServiceContext, wanted: (name: string) => boolean = () => true): Promise<void> {
    for (const service of this.services) {
      if (!wanted(service.name)) continue;
      const path = context.path === '' ? service.name : `${context.path}/${service.name}`;
      const own: ServiceContext = { ...context, path, log: context['~deployment'].logOf(path) };
      try {
        await within(own, this.#startMs, 'it has not started', () => service.start(own));
      } catch (error) {
        // What it has begun may hold a port.
        this.#started.push({ service, context: own });
        const late = new AbortController();
        const timer = own.reactor.callLater(ROLLBACK_MS, () => late.abort(error));
        await this.stop(late.signal);
        timer.cancel();
        throw new ServiceError(path, error);
      }
      this.#started.push({ service, context: own });
    }
  }

  /**
   * Drains all at once. Resolves to how their connections ended. One that fails or is late is named in the log, and keeps the others
   * from nothing.
   */
  async draining(leftMs: number): Promise<Drained> {
    const all = await Promise.all(
      this.#started.map(async ({ service, context }) => {
        try {
          return await within(context, leftMs + DRAIN_GRACE_MS, 'it has not drained', () => service.draining?.(leftMs));
        } catch (error) {
          context.log.error({ event: 'service.failed', err: error }, `${context.path}: ${messageOf(error)}`);
          return undefined;
        }
      }),
    );
    return {
      closed: all.reduce((sum, drained) => sum + (drained?.closed ?? 0), 0),
      aborted: all.reduce((sum, drained) => sum + (drained?.aborted ?? 0), 0),
    };
  }

  /** Stops those that have started, the last one first, until `signal` is aborted. One that fails or is late is named in the log. */
  async stop(signal: AbortSignal): Promise<void> {
    for (const { service, context } of this.#started.splice(0).reverse()) {
      const own = new AbortController();
      const abort = (): void => own.abort(signal.reason);
      signal.addEventListener('abort', abort);
      try {
        if (signal.aborted) abort();
        const stopped = Promise.resolve(service.stop(own.signal));
        const given = aborted(signal);
        try {
          await Promise.race([within(context, this.#stopMs, 'it has not stopped', () => stopped), given.promise]);
        } finally {
          given.forget();
        }
      } catch (error) {
        own.abort(error);
        context.log.error({ event: 'service.failed', err: error }, `${context.path}: ${messageOf(error)}`);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    }
  }
}

/** Rejects when the time is up before what `begin` began has ended. */
async function within<T>(context: ServiceContext, ms: number, late: string, begin: () => T | Promise<T>): Promise<T> {
  if (ms === Infinity) return begin();
  let expire: (error: Error) => void = () => {};
  const expired = new Promise<never>((_resolve, reject) => {
    expire = reject;
  });
  const begun = begin();
  // One that is done in that moment, such as a list within this one, whose time began before this one's, is not late.
  const timer = context.reactor.callLater(ms, () => setImmediate(expire, new Error(`${late} within ${ms / 1000} s`)));
  try {
    return await Promise.race([begun, expired]);
  } finally {
    timer.cancel();
  }
}

/** Rejects when a signal is aborted, at once if it already is. */
function aborted(signal: AbortSignal): { readonly promise: Promise<never>; forget(): void } {
  let listener: () => void = () => {};
  const promise = new Promise<never>((_resolve, reject) => {
    // A service that stops at once has stopped in time, also when there is none left.
    listener = () => setImmediate(() => reject(new Error('it has not stopped in time')));
    signal.addEventListener('abort', listener);
    if (signal.aborted) listener();
  });
  promise.catch(() => {});
  return { promise, forget: () => signal.removeEventListener('abort', listener) };
}

/** Throws unless each is a service and no two have the same name. */
export function checkServices(services: unknown): asserts services is readonly Service[] {
  if (!Array.isArray(services)) throw new TypeError('the services are not a list');
  const names = new Set<string>();
  for (const service of services) {
    if (!isService(service)) throw new TypeError(`${shown(service)} is not a service: it has no name, start and stop`);
    if (!NAME.test(service.name))
      throw new RangeError(`the name '${service.name}' of a service is not letters, digits, '-', '_' and '.'`);
    if (names.has(service.name)) throw new RangeError(`two services have the name '${service.name}'`);
    names.add(service.name);
  }
}

function isService(value: unknown): value is Service {
  if (typeof value !== 'object' || value === null) return false;
  const { name, start, stop } = value as { readonly [key: string]: unknown };
  return typeof name === 'string' && typeof start === 'function' && typeof stop === 'function';
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor?.name ?? 'Object'}`
    : String(value);
}

/** Throws a `RangeError` unless it is a number above 0. */
export function checkDeadline(name: string, ms: unknown): void {
  if (typeof ms !== 'number' || !(ms > 0))
    throw new RangeError(`${name} is ${ms}, not a number of milliseconds above 0`);
}
