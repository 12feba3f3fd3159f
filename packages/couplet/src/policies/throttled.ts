import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import type { Bucket } from './bucket.ts';
import { Portions } from './portions.ts';

/** A wait until the bucket has made up for bytes. */
export class ThrottleWait {
  previous: ThrottleWait | undefined;
  next: ThrottleWait | undefined;
  deadline: number;
  readonly over: () => void;

  constructor(deadline: number, over: () => void) {
    this.deadline = deadline;
    this.over = over;
  }
}

/** Delays what a connection receives and sends until its buckets have made up for it. */
export class Throttled extends Portions {
  readonly #clock: Clock;
  readonly #waits: Sweep<ThrottleWait>;
  readonly #readBucket: Bucket | undefined;
  readonly #writeBucket: Bucket | undefined;
  readonly #messageBucket: Bucket | undefined;
  /** Until when the next message waits, and what ends that wait at once. */
  #messagesPaid: number = Number.NEGATIVE_INFINITY;
  #passing: { readonly wait: ThrottleWait; readonly go: () => void } | undefined;
  /** Defined while reading waits until the bucket has made up for what was read. */
  #reading: ThrottleWait | undefined;
  /** Defined while writing waits for the next portion. */
  #writing: ThrottleWait | undefined;
  /** The portion that may be written after the wait. */
  #granted = 0;
  /** When the last wait was over. */
  #waited: number = Number.NEGATIVE_INFINITY;
  /** Whether the sink above has paused reading. */
  #paused = false;

  /** Without a bucket a direction is not delayed. */
  constructor(
    wire: Wire,
    clock: Clock,
    waits: Sweep<ThrottleWait>,
    read: Bucket | undefined,
    write: Bucket | undefined,
    messages: Bucket | undefined,
  ) {
    super(wire);
    this.#clock = clock;
    this.#waits = waits;
    this.#readBucket = read;
    this.#writeBucket = write;
    this.#messageBucket = messages;
  }

  override get delayedUntil(): number {
    const waits = this.#reading !== undefined || this.#writing !== undefined || this.#passing !== undefined;
    return waits ? this.#clock.now() : this.#waited;
  }

  override get pacesMessages(): boolean {
    return this.#messageBucket !== undefined || super.pacesMessages;
  }

  override messageWait(): Promise<void> | undefined {
    if (this.#messagesPaid <= this.#clock.now()) return super.messageWait();
    return new Promise((resolve) => {
      const go = (): void => {
        this.#passing = undefined;
        resolve();
      };
      this.#passing = { wait: this.#waitUntil(this.#messagesPaid, go), go };
    });
  }

  override messagePassed(): void {
    if (this.#messageBucket !== undefined) this.#messagesPaid = this.#messageBucket.take(1, this.#clock.now());
    super.messagePassed();
  }

  override portion(left: number): number {
    const bucket = this.#writeBucket;
    if (bucket === undefined) return left;
    if (this.#granted > 0) {
      const granted = this.#granted;
      this.#granted = 0;
      return granted;
    }
    const now = this.#clock.now();
    const least = Math.min(left, bucket.portion);
    const room = bucket.room(now);
    if (room < least) {
      this.#waitToWrite(least, bucket.take(least, now));
      return 0;
    }
    const size = Math.min(left, room);
    bucket.take(size, now);
    return size;
  }

  override onData(chunk: Buffer): void {
    if (this.#readBucket !== undefined) {
      const now = this.#clock.now();
      const paid = this.#readBucket.take(chunk.length, now);
      if (paid > now) this.#waitToRead(paid);
    }
    super.onData(chunk);
  }

  override pause(): void {
    this.#paused = true;
    super.pause();
  }

  override resume(): void {
    this.#paused = false;
    if (this.#reading === undefined) super.resume();
  }

  override close(): void {
    this.#letPass();
    this.#giveUp();
    super.close();
  }

  override abort(): void {
    this.#letPass();
    this.#giveUp();
    super.abort();
  }

  override onClosed(cause: Cause): void {
    this.#giveUp();
    super.onClosed(cause);
  }

  #waitToRead(paid: number): void {
    super.pause();
    this.#reading = this.#waitUntil(paid, () => {
      this.#reading = undefined;
      if (!this.#paused) super.resume();
    });
  }

  #waitToWrite(size: number, paid: number): void {
    this.#writing = this.#waitUntil(paid, () => {
      this.#writing = undefined;
      this.#granted = size;
      this.proceed();
    });
  }

  #waitUntil(time: number, over: () => void): ThrottleWait {
    const wait = new ThrottleWait(time, () => {
      this.#waits.remove(wait);
      this.#waited = this.#clock.now();
      over();
    });
    this.#waits.add(wait);
    return wait;
  }

  /** Ends the wait of a message: this side gives up, so the receiver passes nothing on. */
  #letPass(): void {
    const passing = this.#passing;
    if (passing === undefined) return;
    this.#waits.remove(passing.wait);
    passing.go();
  }

  /** Cancels the waits: nothing more will pass. */
  #giveUp(): void {
    for (const wait of [this.#reading, this.#writing]) if (wait !== undefined) this.#waits.remove(wait);
    this.#reading = undefined;
    this.#writing = undefined;
  }
}
