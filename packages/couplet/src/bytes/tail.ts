/** The most bytes that a tail takes: several tails fit into one gathered write. */
const ROOM = 8 * 1024;
/** How many bytes it begins with. */
const FIRST = 256;

/** The growing end of a queue: small chunks copied together, because each kept on its own would cost more than it holds. */
export class Tail {
  #bytes: Buffer;
  #filled = 0;
  /** All that was appended, as one chunk. */
  chunk: Buffer;

  /** Begins with a copy of a chunk of at most 8 KiB. */
  constructor(chunk: Uint8Array) {
    this.#bytes = Buffer.allocUnsafe(Math.max(FIRST, chunk.length));
    this.chunk = this.#take(chunk);
  }

  /** Appends a copy of a chunk. Returns false, and takes nothing, if there is no room for it. */
  append(chunk: Uint8Array): boolean {
    const size = this.#filled + chunk.length;
    if (size > ROOM) return false;
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(ROOM, Math.max(size, 2 * this.#bytes.length)));
      larger.set(this.chunk);
      this.#bytes = larger;
    }
    this.chunk = this.#take(chunk);
    return true;
  }

  #take(chunk: Uint8Array): Buffer {
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.length;
    return this.#bytes.subarray(0, this.#filled);
  }
}
