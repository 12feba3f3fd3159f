import type { Gather } from '../bytes/gather.ts';
import type { Wire } from '../seam/wire.ts';

/** A chunk of this many bytes costs less sent on its own than copied. */
const LARGE = 16 * 1024;
/** The most bytes that a wire is handed at once; see the seam. */
const MOST = 256 * 1024;

/** What a connection has written and the kernel does not have yet. */
export class WriteQueue {
  /** Unsent bytes, those that the wire holds included. */
  size = 0;
  readonly #chunks: Uint8Array[] = [];
  /** The first chunk that is not handed over, and how many of its bytes are. */
  #head = 0;
  #offset = 0;
  /** How many bytes the wire holds; 0 when it can take a chunk. */
  #held = 0;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  /** Hands chunks to the wire until it is full or nothing is left. */
  flush(wire: Wire, gather: Gather): void {
    while (this.#held === 0 && this.#head < this.#chunks.length) {
      const chunk = this.#chunks[this.#head] as Uint8Array;
      const small = chunk.length < LARGE && this.#head + 1 < this.#chunks.length;
      if (small) this.#handGathered(wire, gather);
      else this.#handSingle(wire, chunk);
    }
    if (this.#head === this.#chunks.length) this.#forget();
    else if (this.#head >= 1024 && this.#head * 2 >= this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** The wire has passed on the chunk that it held. */
  written(): void {
    this.size -= this.#held;
    this.#held = 0;
  }

  /** Drops everything. */
  clear(): void {
    this.#forget();
    this.size = 0;
  }

  #handSingle(wire: Wire, chunk: Uint8Array): void {
    const rest = chunk.length - this.#offset;
    if (rest <= MOST) {
      const whole = this.#offset === 0 ? chunk : chunk.subarray(this.#offset);
      this.#head += 1;
      this.#offset = 0;
      this.#hand(wire, whole);
    } else {
      const piece = chunk.subarray(this.#offset, this.#offset + MOST);
      this.#offset += MOST;
      this.#hand(wire, piece);
    }
  }

  #handGathered(wire: Wire, gather: Gather): void {
    const { bytes, count } = gather.fill(this.#chunks, this.#head, LARGE);
    this.#head += count;
    this.#hand(wire, bytes);
    if (this.#held > 0) gather.giveUp();
  }

  #hand(wire: Wire, bytes: Uint8Array): void {
    if (wire.write(bytes)) this.size -= bytes.length;
    else this.#held = bytes.length;
  }

  #forget(): void {
    this.#chunks.length = 0;
    this.#head = 0;
    this.#offset = 0;
  }
}
