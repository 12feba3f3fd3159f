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
  /**
   * How many messages may be passed on in a second on average, above 0 and finite; no bound unless set. It is for the receivers of lines,
   * strings and frames: each callback with one counts, and one with a body or with raw bytes too. Other protocols are not bounded by it.
   */
  readonly messagesPerSecond?: number;
  /**
   * How many messages may be passed on at once after a pause, at least those of a tenth of a second and at least 1; those of a second
   * unless set.
   */
  readonly burstMessages?: number;
  /** Whether each `connection` has these rates to itself or `all` connections of the factory share them; `connection` unless set. */
  readonly scope?: 'connection' | 'all';
}

/**
 * Bounds how fast the connections of a factory receive and send. Returns a factory of the same side to use in its place; it
 * builds the same protocols. Nothing is dropped: a peer that sends too fast is slowed down by TCP, and a protocol that writes too
 * fast by back-pressure. Sending keeps to the rate and the burst exactly. Receiving may exceed the burst by one chunk of up to
 * 64 KiB on each connection, and then waits until the average is met again. Connections that share a rate take turns.
 *
 * Messages wait in their order, as behind a callback whose promise is pending: the connection does not read meanwhile, and the end of the
 * input follows the last one. They may exceed the burst by one message on each connection.
 *
 * Throws a `RangeError` if no rate is set or a number is out of range, and a `TypeError` if `factory` is neither a factory nor a function, or
 * `scope` is another word.
 */
export function throttle<F extends Guardable>(factory: F, options: ThrottleOptions): Guarded<F> {
  return guard(factory, new Throttle(options));
}

class Throttle implements Policy {
  readonly #scope: 'connection' | 'all';
  readonly #read: Direction | undefined;
  readonly #write: Direction | undefined;
  readonly #messages: Direction | undefined;
  readonly #waits: PerClock<Sweep<ThrottleWait>> = new PerClock((clock) => new Sweep(clock, GRAIN_MS));

  constructor(options: ThrottleOptions) {
    const { readBytesPerSecond, writeBytesPerSecond, burstBytes, messagesPerSecond, burstMessages } = options;
    const { scope = 'connection' } = options;
    if (readBytesPerSecond === undefined && writeBytesPerSecond === undefined && messagesPerSecond === undefined)
      throw new RangeError('throttle needs readBytesPerSecond, writeBytesPerSecond or messagesPerSecond');
    checkWord('scope', scope, SCOPES);
    this.#scope = scope;
    const shares = scope === 'all';
    if (readBytesPerSecond !== undefined) this.#read = new Direction(READ, readBytesPerSecond, burstBytes, shares);
    if (writeBytesPerSecond !== undefined) this.#write = new Direction(WRITE, writeBytesPerSecond, burstBytes, shares);
    if (messagesPerSecond !== undefined)
      this.#messages = new Direction(MESSAGES, messagesPerSecond, burstMessages, shares);
  }

  filter(wire: Wire, clock: Clock): Filter {
    const [read, write] = [this.#read?.bucketOn(clock), this.#write?.bucketOn(clock)];
    return new Throttled(wire, clock, this.#waits.of(clock), read, write, this.#messages?.bucketOn(clock));
  }

  describe(): Details {
    const rates = [this.#read, this.#write, this.#messages].map((rate) => rate?.describe());
    return Object.assign({ policy: 'throttle', scope: this.#scope }, ...rates);
  }
}

/** How the numbers of a rate are called: in options, and by what a policy shows. */
interface RateNames {
  readonly rate: string;
  readonly burst: string;
  readonly shownBurst: string;
  readonly tokens: string;
}

const READ: RateNames = {
  rate: 'readBytesPerSecond',
  burst: 'burstBytes',
  shownBurst: 'readBurstBytes',
  tokens: 'readTokens',
};
const WRITE: RateNames = {
  rate: 'writeBytesPerSecond',
  burst: 'burstBytes',
  shownBurst: 'writeBurstBytes',
  tokens: 'writeTokens',
};
const MESSAGES: RateNames = {
  rate: 'messagesPerSecond',
  burst: 'burstMessages',
  shownBurst: 'burstMessages',
  tokens: 'messageTokens',
};

/** The rate of one direction, or of the messages. */
class Direction {
  readonly #names: RateNames;
  readonly #rate: number;
  readonly #burst: number;
  /** The buckets that all connections share; undefined if each has one of its own. */
  readonly #shared: PerClock<Bucket> | undefined;
  /** Where the last connection of those began. */
  #clock: Clock | undefined;

  constructor(names: RateNames, rate: number, most: number | undefined, shares: boolean) {
    checkAboveZero(names.rate, rate);
    const burst = most ?? Math.max(rate, 1);
    checkAboveZero(names.burst, burst);
    const least = Math.max(1, rate * LEAST_BURST_S);
    if (burst < least)
      throw new RangeError(`${names.burst} is ${burst}, not at least ${least}, a tenth of ${names.rate}`);
    this.#names = names;
    this.#rate = rate;
    this.#burst = burst;
    if (shares) this.#shared = new PerClock(() => new Bucket(rate, burst));
  }

  bucketOn(clock: Clock): Bucket {
    if (this.#shared === undefined) return new Bucket(this.#rate, this.#burst);
    this.#clock = clock;
    return this.#shared.of(clock);
  }

  /** Its rate and burst and, if all connections share them, how much may pass now on the reactor of the last connection. */
  describe(): Details {
    const [names, shared, clock] = [this.#names, this.#shared, this.#clock];
    const details = { [names.rate]: this.#rate, [names.shownBurst]: this.#burst };
    if (shared === undefined) return details;
    const tokens = clock === undefined ? Math.floor(this.#burst) : shared.of(clock).room(clock.now());
    return { ...details, [names.tokens]: tokens };
  }
}
