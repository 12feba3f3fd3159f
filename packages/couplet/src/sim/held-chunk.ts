/** What a socket had no room for of a chunk: the writer must leave it as it is until it has gone. */
export class HeldChunk {
  readonly #chunk: Uint8Array;
  /** What it was when it was handed over. */
  readonly #copy: Buffer;
  #at: number;

  /** The first `at` bytes have gone. */
  constructor(chunk: Uint8Array, copy: Buffer, at: number) {
    this.#chunk = chunk;
    this.#copy = copy;
    this.#at = at;
  }

  /** True when all of it has gone. */
  get gone(): boolean {
    return this.#at === this.#copy.length;
  }

  /** As much as there is room for, as it was when it was written; `changed` is called when it is not so any more. */
  take(room: number, changed: () => void): Buffer {
    const from = this.#at;
    this.#at = Math.min(from + Math.max(0, room), this.#copy.length);
    const bytes = this.#copy.subarray(from, this.#at);
    if (Buffer.compare(this.#chunk.subarray(from, this.#at), bytes) !== 0) changed();
    return bytes;
  }
}
