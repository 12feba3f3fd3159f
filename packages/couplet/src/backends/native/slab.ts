import type { Calls, Memory } from './calls.ts';

/**
 * Memory that reads go into. What of it was handed on is never written again, as a chunk is the protocol's to keep; and it keeps all of the
 * memory around it, so small chunks share a small one.
 */
export class Slab {
  readonly #calls: Calls;
  readonly #size: number;
  /** The least and the most room that a read is given. */
  readonly #least: number;
  readonly #most: number;
  #memory: Memory | undefined;
  #offset: number;
  #room = 0;

  constructor(calls: Calls, size: number, least: number, most: number = size) {
    this.#calls = calls;
    this.#size = size;
    this.#least = least;
    this.#most = most;
    this.#offset = size;
  }

  /** Reads as much as there is room for. Returns how many bytes were read, or the negative number of an error. */
  read(fd: number): number {
    let memory = this.#memory;
    let room = this.#size - this.#offset;
    if (memory === undefined || room < this.#least) {
      memory = this.#calls.memory(this.#size);
      this.#memory = memory;
      this.#offset = 0;
      room = this.#size;
    }
    room = Math.min(room, this.#most);
    this.#room = room;
    return this.#calls.read(fd, memory, this.#offset, room);
  }

  /** Whether a read that returned this has filled all of its room, so that there may be more. */
  isFull(count: number): boolean {
    return count === this.#room;
  }

  /** Hands on what the last read has brought. */
  take(count: number): Buffer {
    const { bytes } = this.#memory ?? NONE;
    const start = this.#offset;
    // Numbers in a chunk are read faster where they are aligned.
    this.#offset = (start + count + 7) & ~7;
    return bytes.subarray(start, start + count);
  }
}

const NONE = { bytes: Buffer.alloc(0) } as const;
