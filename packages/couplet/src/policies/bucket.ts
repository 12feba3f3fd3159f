/** The least that is worth passing on its own, where the burst allows it, and the most that one takes from the others at once. */
const LEAST = 512;
const MOST = 64 * 1024;

/**
 * A token bucket: it fills at a rate and holds at most a burst. Who takes more than it holds is told when that is paid for, and
 * whoever comes later is paid for after that: so those who share a bucket are served in the order in which they come.
 */
export class Bucket {
  /** How many bytes those who wait should take at a time: about 10 ms' worth, so that all who share the bucket get on. */
  readonly portion: number;
  readonly #burst: number;
  readonly #msPerByte: number;
  /** When all that was taken is paid for; a burst's time later the bucket is full. */
  #paid: number = Number.NEGATIVE_INFINITY;

  /** Begins full. The burst is at least 1 byte. */
  constructor(bytesPerSecond: number, burst: number) {
    this.portion = Math.floor(Math.min(burst, MOST, Math.max(LEAST, bytesPerSecond / 100)));
    this.#burst = Math.floor(burst);
    this.#msPerByte = 1000 / bytesPerSecond;
  }

  /** How many bytes it holds. */
  room(now: number): number {
    return Math.max(0, Math.min(this.#burst, Math.floor((now - this.#paid) / this.#msPerByte)));
  }

  /** Takes so many, and returns when they are paid for; the present or earlier when it held them. */
  take(bytes: number, now: number): number {
    const full = now - this.#burst * this.#msPerByte;
    this.#paid = Math.max(this.#paid, full) + bytes * this.#msPerByte;
    return this.#paid;
  }
}
