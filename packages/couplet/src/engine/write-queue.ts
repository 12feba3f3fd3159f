import type { Gather } from '../bytes/gather.ts';
import type { Wire } from '../seam/wire.ts';
import { Tail } from './tail.ts';

/** A chunk of this many bytes costs less sent on its own than copied. */
const LARGE = 16 * 1024;
/** The most bytes that a wire is handed at once; see the seam. */
const MOST = 256 * 1024;
/** While the wire is full, chunks of fewer bytes are copied together. */
const SMALL = 1024;
/** Takes the place of a chunk that was handed over, so that the queue does not keep it alive. */
const GONE = new Uint8Array(0);

/** What a connection has written and the kernel does not have yet. */
export class WriteQueue {
  /** Unsent bytes, those that the wire holds included. */
  size = 0;
  /** The one chunk of a short queue: most never need a list. */
  #only: Uint8Array | undefined;
  /** All chunks of a longer one, those before `#head` handed over already. */
  #chunks: Uint8Array[] | undefined;
  #head = 0;
  /** How many bytes of the next chunk are handed over. */
  #offset = 0;
  /** How many bytes the wire holds; 0 when it can take a chunk. */
  #held = 0;
  /** Where small chunks go while the wire is full. */
  #tail: Tail | undefined;

  /** Takes a chunk of at least one byte. */
  push(chunk: Uint8Array): void {
    this.size += chunk.length;
    if (this.#held === 0 || chunk.length >= SMALL) this.#add(chunk);
    else if (this.#tail !== undefined && this.#last === this.#tail.chunk && this.#tail.append(chunk)) {
      this.#last = this.#tail.chunk;
    } else {
      this.#tail = new Tail();
      this.#tail.append(chunk);
      this.#add(this.#tail.chunk);
    }
  }

  /** Hands chunks to the wire until it is full or nothing is left. */
  flush(wire: Wire, gather: Gather): void {
    while (this.#held === 0 && this.#only !== undefined) {
      if (this.#handSingle(wire, this.#only)) this.#only = undefined;
    }
    if (this.#chunks !== undefined) this.#flushList(wire, gather, this.#chunks);
  }

  /** The wire has passed on the chunk that it held. */
  written(): void {
    this.size -= this.#held;
    this.#held = 0;
    this.#tail = undefined;
  }

  /** Drops everything but what the wire holds. */
  clear(): void {
    this.#only = undefined;
    this.#chunks = undefined;
    this.#head = 0;
    this.#offset = 0;
    this.size = this.#held;
  }

  #add(chunk: Uint8Array): void {
    if (this.#chunks !== undefined) this.#chunks.push(chunk);
    else if (this.#only === undefined) this.#only = chunk;
    else {
      this.#chunks = [this.#only, chunk];
      this.#only = undefined;
    }
  }

  /** The chunk that was added last, unless it is handed over. */
  get #last(): Uint8Array | undefined {
    return this.#only ?? this.#chunks?.at(-1);
  }

  set #last(chunk: Uint8Array) {
    if (this.#chunks === undefined) this.#only = chunk;
    else this.#chunks[this.#chunks.length - 1] = chunk;
  }

  #flushList(wire: Wire, gather: Gather, chunks: Uint8Array[]): void {
    while (this.#held === 0 && this.#head < chunks.length) {
      const chunk = chunks[this.#head] as Uint8Array;
      if (chunk.length < LARGE && this.#head + 1 < chunks.length) this.#handGathered(wire, gather, chunks);
      else if (this.#handSingle(wire, chunk)) {
        chunks[this.#head] = GONE;
        this.#head += 1;
      }
    }
    if (this.#head === chunks.length) {
      this.#chunks = undefined;
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= chunks.length) {
      chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Hands over a chunk, or the next 256 KiB of it. True when that was the last of it. */
  #handSingle(wire: Wire, chunk: Uint8Array): boolean {
    const from = this.#offset;
    const last = chunk.length - from <= MOST;
    this.#offset = last ? 0 : from + MOST;
    this.#hand(wire, last && from === 0 ? chunk : chunk.subarray(from, from + MOST));
    return last;
  }

  #handGathered(wire: Wire, gather: Gather, chunks: Uint8Array[]): void {
    const { bytes, count } = gather.fill(chunks, this.#head, LARGE);
    chunks.fill(GONE, this.#head, this.#head + count);
    this.#head += count;
    this.#hand(wire, bytes);
    if (this.#held > 0) gather.giveUp();
  }

  #hand(wire: Wire, bytes: Uint8Array): void {
    // A detached buffer is empty.
    if (bytes.length === 0) throw new TypeError('bytes were taken away between the write and the sending');
    if (wire.write(bytes)) this.size -= bytes.length;
    else this.#held = bytes.length;
  }
}
