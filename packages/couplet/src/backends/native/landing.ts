import type { Descriptors } from './descriptors.ts';
import type { Memory, SystemCalls } from './system-calls.ts';

/** How much is read at once. */
const ROOM = 64 * 1024;
/** What brings more than this is not a message, and is read into memory of its own. */
const MESSAGE = 4 * 1024;
/** The size of the memory that messages share: a chunk that is kept keeps all of it. */
const SHARED = 16 * 1024;
/** The size of the memory for what comes in bulk. */
const BULK = 256 * 1024;

/**
 * Where reads go. A message is read into one place, which is the fastest way, and copied from there; what comes in bulk goes to its own memory
 * at once. What is handed on is never written again, as a chunk is the protocol's to keep.
 */
export class Landing {
  readonly #calls: SystemCalls;
  #shared: Buffer = Buffer.alloc(0);
  #sharedAt = 0;
  #bulk: Memory;
  #bulkAt = 0;

  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#bulk = calls.memory(BULK);
  }

  /**
   * Reads, `bulk` where the last read of the same socket was, or with `descriptors`, which takes descriptors that come along; without it the kernel
   * closes them. Returns how many bytes were read, or the negative number of an error.
   */
  read(fd: number, bulk: boolean, descriptors?: Descriptors): number {
    if (!bulk) return this.#calls.land(fd);
    if (this.#bulkAt + ROOM > BULK) {
      this.#bulk = this.#calls.memory(BULK);
      this.#bulkAt = 0;
    }
    return (descriptors ?? this.#calls).read(fd, this.#bulk, this.#bulkAt, ROOM);
  }

  /** Whether a read that returned this has filled all of its room, so that there may be more. */
  isFull(count: number): boolean {
    return count === ROOM;
  }

  /** Whether the next read after one that returned this is to be one of bulk. */
  isBulk(count: number): boolean {
    return count > MESSAGE;
  }

  /** Hands on what the last read has brought. */
  take(count: number, bulk: boolean): Buffer {
    if (bulk) {
      const start = this.#bulkAt;
      // Numbers in a chunk are read faster where they are aligned.
      this.#bulkAt = (start + count + 7) & ~7;
      return this.#bulk.bytes.subarray(start, start + count);
    }
    if (count > MESSAGE) return Buffer.copyBytesFrom(this.#calls.landed, 0, count);
    let start = this.#sharedAt;
    if (start + count > this.#shared.length) {
      this.#shared = this.#calls.memory(SHARED).bytes;
      start = 0;
    }
    this.#calls.landed.copy(this.#shared, start, 0, count);
    this.#sharedAt = (start + count + 7) & ~7;
    return this.#shared.subarray(start, start + count);
  }
}
