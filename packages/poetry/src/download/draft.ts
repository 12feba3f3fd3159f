/** Bytes that arrive in small pieces, in one buffer that grows: keeping chunks of a few bytes would cost a hundred times their size. */
export class Draft {
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** Copies a chunk to the end. */
  append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  /** All bytes, as a view that holds until the next `append`. */
  whole(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
