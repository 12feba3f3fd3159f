/** Bytes that arrive bit by bit, in one buffer that grows: kept chunks of a few bytes would cost a hundred times their size. */
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

  /** All of it. The bytes are the draft's own until the next `append`. */
  whole(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
