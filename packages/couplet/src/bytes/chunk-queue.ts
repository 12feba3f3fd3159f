import { EMPTY } from './chunk.ts';
import { Tail } from './tail.ts';

/** Chunks of fewer bytes are copied together. */
const SMALL = 1024;

/**
 * A queue of bytes, in the chunks in which they arrived; small chunks are copied together. Each byte is copied at most twice.
 * Chunks that go in belong to the queue, those that come out to the caller.
 */
export class ChunkQueue {
  /** How many bytes the queue holds. */
  size = 0;
  #chunks: Buffer[] = [];
  /** How many places at the front are empty. */
  #head = 0;
  #tail: Tail | undefined;

  /** Appends a chunk. One of less than 1 KiB is copied, a longer one is kept and must not change. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.size += chunk.length;
    if (chunk.length >= SMALL) {
      this.#tail = undefined;
      this.#chunks.push(chunk);
    } else if (this.#tail?.append(chunk)) this.#chunks[this.#chunks.length - 1] = this.#tail.chunk;
    else {
      this.#tail = new Tail(chunk);
      this.#chunks.push(this.#tail.chunk);
    }
  }

  /** Removes the first chunk and returns it; undefined if the queue is empty. */
  shift(): Buffer | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return undefined;
    this.size -= chunk.length;
    if (this.#head + 1 === this.#chunks.length) this.clear();
    else {
      this.#chunks[this.#head] = EMPTY;
      this.#head += 1;
    }
    return chunk;
  }

  /** Removes the first chunk, or its first `most` bytes if it is longer, and returns it; undefined if the queue is empty. */
  take(most: number): Buffer | undefined {
    const chunk = this.shift();
    if (chunk === undefined || chunk.length <= most) return chunk;
    this.unshift(chunk.subarray(most));
    return chunk.subarray(0, most);
  }

  /** Inserts a chunk before all others. It is kept, and must not change. */
  unshift(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.size += chunk.length;
    if (this.#head === 0) this.#makeRoom();
    this.#head -= 1;
    this.#chunks[this.#head] = chunk;
  }

  /**
   * Empties the queue, and returns all its bytes, followed by those of `last`, as one chunk. That is a copy, unless there was one
   * chunk only.
   */
  join(last: Buffer = EMPTY): Buffer {
    if (this.size === 0) return last;
    const only = this.#chunks[this.#head] ?? EMPTY;
    const whole = last.length === 0 && only.length === this.size ? only : this.#copy(last);
    this.clear();
    return whole;
  }

  /** Drops all bytes. */
  clear(): void {
    this.size = 0;
    this.#chunks = [];
    this.#head = 0;
    this.#tail = undefined;
  }

  /** Makes as many free places before the chunks as there are chunks: so moving them has a constant cost for each. */
  #makeRoom(): void {
    const room = Math.max(1, this.#chunks.length);
    this.#chunks = [...new Array<Buffer>(room).fill(EMPTY), ...this.#chunks];
    this.#head = room;
  }

  #copy(last: Buffer): Buffer {
    const whole = Buffer.allocUnsafe(this.size + last.length);
    let at = 0;
    for (let next = this.#head; next < this.#chunks.length; next += 1) {
      const chunk = this.#chunks[next] as Buffer;
      whole.set(chunk, at);
      at += chunk.length;
    }
    whole.set(last, at);
    return whole;
  }
}
