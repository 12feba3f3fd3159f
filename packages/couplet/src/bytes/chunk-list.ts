import { EMPTY } from './chunk.ts';

/** Chunks that wait to leave, in their order. They are kept as they are. */
export class ChunkList {
  readonly #chunks: Uint8Array[];
  /** How many places at the front are empty: what has left them is free. */
  #head = 0;

  constructor(...chunks: Uint8Array[]) {
    this.#chunks = chunks;
  }

  get empty(): boolean {
    return this.#head === this.#chunks.length;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  /** Removes the first chunk, or its first `most` bytes if it is longer, and returns it. There must be one. */
  take(most: number): Uint8Array {
    const chunk = this.#chunks[this.#head] as Uint8Array;
    if (chunk.length > most) {
      this.#chunks[this.#head] = chunk.subarray(most);
      return chunk.subarray(0, most);
    }
    this.#chunks[this.#head] = EMPTY;
    this.#head += 1;
    if (this.#head >= 1024 && this.#head * 2 >= this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
    return chunk;
  }
}
