import type { Filter } from '../filters/filter.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { Sweep } from '../time/sweep.ts';
import { checkAboveZero, checkWord } from '../values/checks.ts';
import type { Details } from '../values/details.ts';
import { Bucket } from './bucket.ts';
import type { Guardable, Guarded, Policy } from './guarded.ts';
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
 * Throws a `RangeError` if neither rate is set or a number is out of range, and a `TypeError` if `factory` is neither a factory nor a function, or
 * `scope` is another word.
 */
export function throttle<F extends Guardable>(factory: F, options: ThrottleOptions): Guarded<F> {
  return guard(factory, new Throttle(options));
}

class Throttle implements Policy {
  readonly #scope: 'connection' | 'all';
  readonly #read: Direction | undefined;
  readonly #write: Direction | undefined;
  readonly #waits: PerClock<Sweep<ThrottleWait>> = new PerClock((clock) => new Sweep(clock, GRAIN_MS));

  constructor(options: ThrottleOptions) {
    const { readBytesPerSecond, writeBytesPerSecond, burstBytes, scope = 'connection' } = options;
    if (readBytesPerSecond === undefined && writeBytesPerSecond === undefined) {
      throw new RangeError('throttle needs readBytesPerSecond or writeBytesPerSecond');
    }
    checkWord('scope', scope, SCOPES);
    this.#scope = scope;
    const shares = scope === 'all';
    if (readBytesPerSecond !== undefined) this.#read = new Direction('read', readBytesPerSecond, burstBytes, shares);
    if (writeBytesPerSecond !== undefined)
      this.#write = new Direction('write', writeBytesPerSecond, burstBytes, shares);
  }

  filter(wire: Wire, clock: Clock): Filter {
    const [read, write] = [this.#read?.bucketOn(clock), this.#write?.bucketOn(clock)];
    return new Throttled(wire, clock, this.#waits.of(clock), read, write);
  }

  describe(): Details {
    return { policy: 'throttle', scope: this.#scope, ...this.#read?.describe(), ...this.#write?.describe() };
  }
}

/** The rate of one direction. */
class Direction {
  readonly #name: 'read' | 'write';
  readonly #rate: number;
  readonly #burst: number;
  /** The buckets that all connections share; undefined if each has one of its own. */
  readonly #shared: PerClock<Bucket> | undefined;
  /** Where the last connection of those began. */
  #clock: Clock | undefined;

  constructor(name: 'read' | 'write', rate: number, burstBytes: number | undefined, shares: boolean) {
    checkAboveZero(`${name}BytesPerSecond`, rate);
    const burst = burstBytes ?? Math.max(rate, 1);
    checkAboveZero('burstBytes', burst);
    const least = Math.max(1, rate * LEAST_BURST_S);
    if (burst < least)
      throw new RangeError(`burstBytes is ${burst}, not at least ${least}, a tenth of ${name}BytesPerSecond`);
    this.#name = name;
    this.#rate = rate;
    this.#burst = burst;
    if (shares) this.#shared = new PerClock(() => new Bucket(rate, burst));
  }

  bucketOn(clock: Clock): Bucket {
    if (this.#shared === undefined) return new Bucket(this.#rate, this.#burst);
    this.#clock = clock;
    return this.#shared.of(clock);
  }

  /** Its rate and burst and, if all connections share them, how many bytes may pass now on the reactor of the last connection. */
  describe(): Details {
    const [name, shared, clock] = [this.#name, this.#shared, this.#clock];
    const details = { [`${name}BytesPerSecond`]: this.#rate, [`${name}BurstBytes`]: this.#burst };
    if (shared === undefined) return details;
    const tokens = clock === undefined ? Math.floor(this.#burst) : shared.of(clock).room(clock.now());
    return { ...details, [`${name}Tokens`]: tokens };
  }
}
