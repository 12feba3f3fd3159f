import { EMPTY } from './chunk.ts';
import { Tail } from './tail.ts';

/** Chunks of fewer bytes are copied together. */
const SMALL = 1024;

/** Bytes in the order of their arrival, in the chunks that brought them. Each byte is copied at most twice. */
export class ChunkQueue {
  /** How many bytes it holds. */
  size = 0;
  #chunks: Buffer[] = [];
  /** How many chunks at the front are taken already. */
  #head = 0;
  #tail: Tail | undefined;

  /** Takes a chunk. It keeps it, unless it is small. */
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

  /** The next chunk; undefined when there is none. */
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

  /** The next bytes, at most so many: the rest of a chunk stays. Undefined when there are none. */
  take(most: number): Buffer | undefined {
    const chunk = this.shift();
    if (chunk === undefined || chunk.length <= most) return chunk;
    this.unshift(chunk.subarray(most));
    return chunk.subarray(0, most);
  }

  /** Puts a chunk before all others. It keeps it. */
  unshift(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.size += chunk.length;
    if (this.#head === 0) this.#makeRoom();
    this.#head -= 1;
    this.#chunks[this.#head] = chunk;
  }

  /** Takes everything, followed by that last chunk, as one. It is a copy, unless there was one chunk only. */
  join(last: Buffer = EMPTY): Buffer {
    if (this.size === 0) return last;
    const only = this.#chunks[this.#head] ?? EMPTY;
    const whole = last.length === 0 && only.length === this.size ? only : this.#copy(last);
    this.clear();
    return whole;
  }

  /** Lets go of everything. */
  clear(): void {
    this.size = 0;
    this.#chunks = [];
    this.#head = 0;
    this.#tail = undefined;
  }

  /** As many free places before the chunks as there are chunks: to move them costs each a constant share. */
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
