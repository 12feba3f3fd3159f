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

/** How late a wait may end, in milliseconds: waits that end close together end at once. The bucket fills meanwhile, so no rate is lost. */
const GRAIN_MS = 50;
/** How long the smallest burst lasts at full rate, in seconds: the bucket must not overflow between two looks at it. */
const LEAST_BURST_S = 0.1;
const SCOPES: readonly NonNullable<ThrottleOptions['scope']>[] = ['connection', 'all'];

/** Options of `throttle`. */
export interface ThrottleOptions {
  /** How many bytes may be received in a second on average, above 0 and finite; no bound unless set. */
  readonly readBytesPerSecond?: number;
  /** How many bytes may be sent in a second on average, above 0 and finite; no bound unless set. */
  readonly writeBytesPerSecond?: number;
  /**
   * How many bytes may pass at once in each direction after a pause, at least those of a tenth of a second and at least 1; those
   * of a second unless set.
   */
  readonly burstBytes?: number;
  /** Whether each `connection` has these rates to itself or `all` connections of the factory share them; `connection` unless set. */
  readonly scope?: 'connection' | 'all';
}

/**
 * Bounds how fast the connections of a factory receive and send. Returns a factory of the same side to use in its place; it
 * builds the same protocols. Nothing is dropped: a peer that sends too fast is slowed down by TCP, and a protocol that writes too
 * fast by back-pressure. Sending keeps to the rate and the burst exactly. Receiving may exceed the burst by one chunk of up to
 * 64 KiB on each connection, and then waits until the average is met again. Connections that share a rate take turns.
 *
 * Throws a `RangeError` if neither rate is set or a number is out of range, and a `TypeError` if `factory` is not a factory or
 * `scope` is another word.
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

/** Returns a function that gives each connection its bucket for one direction: one of its own, or the one that all share. */
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
