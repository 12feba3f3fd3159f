import type { Address } from '../address/address.ts';
import type { RefusalReason } from '../filters/refused.ts';
import type { ObserveOptions, Observer } from '../protocol/observer.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import type { ConnectionView, ConnectorView, MovedChunk, SlowCallback, TimedCallback } from '../protocol/views.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { ErrorReport } from '../values/error-report.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { printable } from './report.ts';

/** What observers may ask to be told: one bit for each. */
export const CONNECTIONS = 1;
export const ATTEMPTS = 2;

/** From how many milliseconds on a callback is slow. */
const SLOW_MS = 10;

/** Every event with a channel, and the bit of those that cost something: the others are rare. */
const EVENTS: readonly (readonly [event: keyof Observer, bit: number])[] = [
  ['error', 0],
  ['listening', 0],
  ['stoppedListening', 0],
  ['connectionRefused', CONNECTIONS],
  ['connectionMade', CONNECTIONS],
  ['connectionLost', CONNECTIONS],
  ['connectionAttempt', ATTEMPTS],
  ['slowCallback', 0],
];

/** One observer with its options: of which connections it gets the bytes is undefined for none. */
interface Watch extends Required<Omit<ObserveOptions, 'bytesOf'>> {
  readonly observer: Observer;
  readonly bytesOf: ReadonlySet<number> | undefined;
}

/** The channel of one event, and the bit that asks for it. */
interface Outlet {
  readonly event: keyof Observer;
  readonly bit: number;
  readonly channel: ReturnType<NonNullable<Surroundings['channel']>>;
}

/**
 * The observers of a reactor, and the runtime's channels for the same events. What observers ask for is known when they are added: what
 * is not asked for costs a look at one number, and at the channels.
 */
export class Observers {
  /** From how many milliseconds on a callback is slow for at least one of them. */
  slowCallbackMs: number = SLOW_MS;
  /** Whether one of them asks for chunks, for callbacks, and for the time of callbacks: of all, or of slow ones. */
  chunks = false;
  callbacks = false;
  times = false;
  /** A bit for each thing that an observer asks for. */
  #mask = 0;
  /** Replaced, never changed: observers may be added and removed while they are notified. */
  #all: readonly Watch[] = [];
  /** The connections whose bytes they want. */
  #bytesOf: readonly ReadonlySet<number>[] = [];
  readonly #outlets: readonly Outlet[];
  /** Those of the events that cost something. */
  readonly #costly: readonly Outlet[];
  readonly #failed: (report: ErrorReport) => void;

  /** `failed` is called with what an observer throws. */
  constructor(surroundings: Pick<Surroundings, 'channel'>, failed: (report: ErrorReport) => void) {
    this.#outlets = outletsOf(surroundings);
    this.#costly = this.#outlets.filter(({ bit }) => bit !== 0);
    this.#failed = failed;
  }

  /** Adds an observer. Returns a function that removes it. */
  add(observer: Observer, { slowCallbackMs = SLOW_MS, takesErrors = true, bytesOf }: ObserveOptions = {}): () => void {
    const watch = { observer, slowCallbackMs, takesErrors, bytesOf };
    this.#become([...this.#all, watch]);
    return () => this.#become(this.#all.filter((one) => one !== watch));
  }

  /** True if an observer, or a tool on a channel, asks for one of these things. */
  ask(bits: number): boolean {
    if ((this.#mask & bits) !== 0) return true;
    // By index, since this is asked twice for each connection: iterators would allocate 800 bytes for each.
    for (let index = 0; index < this.#costly.length; index += 1) {
      const outlet = this.#costly[index];
      if (outlet !== undefined && (outlet.bit & bits) !== 0 && outlet.channel.hasSubscribers) return true;
    }
    return false;
  }

  listening(host: Address): void {
    this.#notify((observer) => observer.listening?.(host));
    this.#publish('listening', { host });
  }

  stoppedListening(host: Address): void {
    this.#notify((observer) => observer.stoppedListening?.(host));
    this.#publish('stoppedListening', { host });
  }

  connectionRefused(peer: Address, reason: RefusalReason, view: ConnectionView): void {
    this.#notify((observer) => observer.connectionRefused?.(peer, reason, view));
    this.#publish('connectionRefused', { peer, reason, view });
  }

  connectionMade(transport: Transport, protocol: Callbacks, view: ConnectionView): void {
    this.#notify((observer) => observer.connectionMade?.(transport, protocol, view));
    this.#publish('connectionMade', { transport, protocol, view });
  }

  connectionLost(transport: Transport, reason: Error, view: ConnectionView): void {
    this.#notify((observer) => observer.connectionLost?.(transport, reason, view));
    this.#publish('connectionLost', { transport, reason, view });
  }

  connectionAttempt(connector: ConnectorView, reason?: Error): void {
    this.#notify((observer) => observer.connectionAttempt?.(connector, reason));
    this.#publish('connectionAttempt', { connector, reason });
  }

  slowCallback(callback: SlowCallback): void {
    this.#notify((observer, { slowCallbackMs }) =>
      callback.ms < slowCallbackMs ? undefined : observer.slowCallback?.(callback),
    );
    this.#publish('slowCallback', callback);
  }

  // These are told for each chunk and callback, so they make no closures.

  callback(callback: TimedCallback): void {
    for (const { observer } of this.#all) {
      try {
        const result: unknown = observer.callback?.(callback);
        if (isThenable(result)) promiseOf(result).catch(this.#observerFailed);
      } catch (error) {
        this.#observerFailed(error);
      }
    }
  }

  /** `data` is a copy of the bytes, if there is one, for those that want it. */
  chunk(chunk: MovedChunk, data: Buffer | undefined): void {
    for (const { observer, bytesOf } of this.#all) {
      try {
        const own = data !== undefined && bytesOf?.has(chunk.connection) === true ? data : undefined;
        const result: unknown = observer.chunk?.(chunk, own);
        if (isThenable(result)) promiseOf(result).catch(this.#observerFailed);
      } catch (error) {
        this.#observerFailed(error);
      }
    }
  }

  /** True if an observer wants the bytes of a connection. Its set may be of a class of the application, which may throw. */
  wantBytes(connection: number): boolean {
    for (const ids of this.#bytesOf) {
      try {
        if (ids.has(connection)) return true;
      } catch (error) {
        this.#observerFailed(error);
      }
    }
    return false;
  }

  /** Tells an error. Returns the report as it was told, and whether an observer takes errors and did not throw. */
  error(what: ErrorReport): { readonly report: ErrorReport; readonly told: boolean } {
    const report = printable(what);
    let told = false;
    this.#notify((observer, { takesErrors }) => {
      if (observer.error === undefined) return;
      const result: unknown = observer.error(report);
      if (takesErrors) told = true;
      return result;
    });
    this.#publish('error', report);
    return { report, told };
  }

  /** Notifies each observer. What an observer throws or rejects with must not affect what it observes. */
  #notify(what: (observer: Observer, watch: Watch) => unknown): void {
    for (const watch of this.#all) {
      try {
        const result = what(watch.observer, watch);
        if (isThenable(result)) promiseOf(result).catch(this.#observerFailed);
      } catch (error) {
        this.#observerFailed(error);
      }
    }
  }

  #publish(event: keyof Observer, message: object): void {
    for (const outlet of this.#outlets) if (outlet.event === event) outlet.channel.publish(message);
  }

  readonly #observerFailed = (error: unknown): void => this.#failed({ who: 'an observer', where: 'observe', error });

  #become(all: readonly Watch[]): void {
    this.#all = all;
    this.#mask = 0;
    for (const { observer } of all)
      for (const [event, bit] of EVENTS) if (observer[event] !== undefined) this.#mask |= bit;
    const slow = all.filter(({ observer }) => observer.slowCallback !== undefined);
    this.slowCallbackMs = slow.length === 0 ? SLOW_MS : Math.min(...slow.map(({ slowCallbackMs }) => slowCallbackMs));
    this.#bytesOf = all.flatMap(({ observer, bytesOf }) => (observer.chunk && bytesOf ? [bytesOf] : []));
    this.chunks = all.some(({ observer }) => observer.chunk !== undefined);
    this.callbacks = all.some(({ observer }) => observer.callback !== undefined);
    this.times = this.callbacks || slow.length > 0;
  }
}

function outletsOf(surroundings: Pick<Surroundings, 'channel'>): readonly Outlet[] {
  const outlets: Outlet[] = [];
  for (const [event, bit] of EVENTS) {
    const channel = surroundings.channel?.(`couplet:${event}`);
    if (channel !== undefined) outlets.push({ event, bit, channel });
  }
  return outlets;
}
