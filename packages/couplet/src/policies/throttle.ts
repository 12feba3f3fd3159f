import type { Filter } from '../filters/filter.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Factory } from '../protocol/factory.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { Sweep } from '../time/sweep.ts';
import { checkAboveZero, checkWord } from '../values/checks.ts';
import { Bucket } from './bucket.ts';
import type { Guarded, Policy } from './guarded.ts';
import { guard } from './guarded.ts';
import { PerClock } from './per-clock.ts';
import type { ThrottleWait } from './throttled.ts';
import { Throttled } from './throttled.ts';

/** Waits that end close together end together, up to so much late. What is late is made up for: it waits in the bucket. */
const GRAIN_MS = 50;
/** A burst lasts at least so long at full rate, or the bucket would run over between two looks at it. */
const LEAST_BURST_S = 0.1;
const SCOPES: readonly NonNullable<ThrottleOptions['scope']>[] = ['connection', 'all'];

/** Options of `throttle`. */
export interface ThrottleOptions {
  /** How many bytes may arrive in a second, on average; no bound unless set. */
  readonly readBytesPerSecond?: number;
  /** How many bytes may leave in a second, on average; no bound unless set. */
  readonly writeBytesPerSecond?: number;
  /** How many bytes may pass at once in each direction after a pause: at least a tenth of a second's; a second's unless set. */
  readonly burstBytes?: number;
  /** Whether each `connection` has these rates for itself, as it has unless set, or `all` connections of the factory share them. */
  readonly scope?: 'connection' | 'all';
}

/**
 * Bounds how fast connections of the factory receive and send. It delays and never drops: the peer that sends too fast feels it
 * through TCP, and the protocol that writes too fast through back-pressure. Sending keeps to the rate and the burst exactly;
 * receiving may exceed the burst by one chunk, of up to 64 KiB, for each connection, and then waits until that is paid for. Those who
 * share a rate are served in the order in which they come. Throws a `RangeError` that names the option.
 */
export function throttle<F extends Factory | ClientFactory>(factory: F, options: ThrottleOptions): Guarded<F> {
  return guard(factory, new Throttle(options));
}

class Throttle implements Policy {
  readonly #read: (clock: Clock) => Bucket | undefined;
  readonly #write: (clock: Clock) => Bucket | undefined;
  readonly #waits: PerClock<Sweep<ThrottleWait>> = new PerClock((clock) => new Sweep(clock, GRAIN_MS));

  constructor(options: ThrottleOptions) {
    const { readBytesPerSecond, writeBytesPerSecond } = options;
    if (readBytesPerSecond === undefined && writeBytesPerSecond === undefined) {
      throw new RangeError('throttle needs readBytesPerSecond or writeBytesPerSecond');
    }
    this.#read = bucketsOf('readBytesPerSecond', readBytesPerSecond, options);
    this.#write = bucketsOf('writeBytesPerSecond', writeBytesPerSecond, options);
  }

  filter(wire: Wire, clock: Clock): Filter {
    return new Throttled(wire, clock, this.#waits.of(clock), this.#read(clock), this.#write(clock));
  }
}

/** What gives each connection its bucket for one direction: one of its own, or the one that all share. */
function bucketsOf(
  name: string,
  rate: number | undefined,
  { burstBytes, scope = 'connection' }: ThrottleOptions,
): (clock: Clock) => Bucket | undefined {
  checkWord('scope', scope, SCOPES);
  if (rate === undefined) return () => undefined;
  checkAboveZero(name, rate);
  const burst = burstBytes ?? Math.max(rate, 1);
  checkAboveZero('burstBytes', burst);
  const least = Math.max(1, rate * LEAST_BURST_S);
  if (burst < least) throw new RangeError(`burstBytes is ${burst}, not at least ${least}, a tenth of ${name}`);
  const shared = new PerClock(() => new Bucket(rate, burst));
  return (clock) => (scope === 'all' ? shared.of(clock) : new Bucket(rate, burst));
}
