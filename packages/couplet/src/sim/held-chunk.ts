/** A chunk that a socket has not had room for: the writer must not change it until all of it has gone. */
export class HeldChunk {
  readonly #chunk: Uint8Array;
  /** The chunk as it was written. */
  readonly #copy: Buffer;
  #at: number;

  /** `copy` is made when the chunk is written; its first `at` bytes have gone already. */
  constructor(chunk: Uint8Array, copy: Buffer, at: number) {
    this.#chunk = chunk;
    this.#copy = copy;
    this.#at = at;
  }

  /** True when all of it has gone. */
  get gone(): boolean {
    return this.#at === this.#copy.length;
  }

  /** Takes as many bytes as there is room for, as they were written. Calls `changed` if the writer has changed them since. */
  take(room: number, changed: () => void): Buffer {
    const from = this.#at;
    this.#at = Math.min(from + Math.max(0, room), this.#copy.length);
    const bytes = this.#copy.subarray(from, this.#at);
    if (Buffer.compare(this.#chunk.subarray(from, this.#at), bytes) !== 0) changed();
    return bytes;
  }
}
