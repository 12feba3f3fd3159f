/** How many bytes a tail takes: several of them fit into one gathered write. */
const ROOM = 8 * 1024;

/** The growing end of a queue: small chunks copied together, because each kept on its own would cost more than it holds. */
export class Tail {
  readonly #bytes: Buffer = Buffer.allocUnsafeSlow(ROOM);
  #filled = 0;
  /** All that was appended, as one chunk. */
  chunk: Buffer = this.#bytes.subarray(0, 0);

  /** Copies a chunk to the end; false when there is no room for it. */
  append(chunk: Uint8Array): boolean {
    if (this.#filled + chunk.length > ROOM) return false;
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.length;
    this.chunk = this.#bytes.subarray(0, this.#filled);
    return true;
  }
}
