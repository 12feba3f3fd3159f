import { Buffer } from 'node:buffer';

/** The most bytes of what a frame has, without payload and the names around it: with these it has less than 64,000. */
const MOST_BYTES = 63_700;

/** The room that a frame has: what does not fit is left out. */
export class Room {
  #left: number;

  constructor(most: number = MOST_BYTES) {
    this.#left = most;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#left;
  }

  /** Takes room for a value, and returns it as JSON. */
  take(value: unknown): string {
    const json = JSON.stringify(value);
    this.#left -= Buffer.byteLength(json);
    return json;
  }

  /** Takes room for as many of the things as fit, and leaves that many bytes at least. Returns each as JSON. */
  fill(things: Iterable<unknown>, rest = 0): string[] {
    const fitting: string[] = [];
    for (const thing of things) {
      const json = JSON.stringify(thing);
      const bytes = Buffer.byteLength(json) + 1;
      if (this.#left - bytes < rest) break;
      this.#left -= bytes;
      fitting.push(json);
    }
    return fitting;
  }
}
