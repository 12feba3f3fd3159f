/** The smallest portion that is worth passing on its own, if the burst allows it, and the largest, so that others have their turn. */
const LEAST = 512;
const MOST = 64 * 1024;

/**
 * A token bucket: it fills at a rate and holds at most a burst. A caller that takes more than it holds is told until when to
 * wait, and later callers have to wait longer: so callers that share a bucket are served in their order.
 */
export class Bucket {
  /** How many bytes a caller that waits should take at a time: those of about 10 ms, so that all callers make progress. */
  readonly portion: number;
  readonly #burst: number;
  readonly #msPerByte: number;
  /** When the bucket has made up for all that was taken; it is full one burst later. */
  #paid: number = Number.NEGATIVE_INFINITY;

  /** Begins full. The burst is 1 byte or more. */
  constructor(bytesPerSecond: number, burst: number) {
    this.portion = Math.floor(Math.min(burst, MOST, Math.max(LEAST, bytesPerSecond / 100)));
    this.#burst = Math.floor(burst);
    this.#msPerByte = 1000 / bytesPerSecond;
  }

  /** How many bytes it holds now. */
  room(now: number): number {
    return Math.max(0, Math.min(this.#burst, Math.floor((now - this.#paid) / this.#msPerByte)));
  }

  /** Takes bytes. Returns until when to wait, which is not after `now` if it held that many. */
  take(bytes: number, now: number): number {
    const full = now - this.#burst * this.#msPerByte;
    this.#paid = Math.max(this.#paid, full) + bytes * this.#msPerByte;
    return this.#paid;
  }
}
