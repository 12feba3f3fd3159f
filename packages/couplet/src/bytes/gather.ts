/** The size of one gathered write, in bytes. */
const SLAB = 64 * 1024;

/**
 * Copies small chunks into one slab, so that they leave as one write. The slab is used again, unless whoever got the
 * bytes keeps them: then `giveUp` lets go of it.
 */
export class Gather {
  readonly #released: ((bytes: Buffer) => void) | undefined;
  #slab: Buffer | undefined;

  /** `released` may spoil what it gets: bytes of the slab that are out of use. */
  constructor(released?: (bytes: Buffer) => void) {
    this.#released = released;
  }

  /**
   * Copies chunks from index `from` on while each is smaller than `large` bytes and they fit into `most` bytes. `bytes` is the filled part
   * of the slab, good until the next call; `count` says how many chunks it holds.
   */
  fill(
    chunks: readonly Uint8Array[],
    from: number,
    large: number,
    most: number = SLAB,
  ): { bytes: Buffer; count: number } {
    this.#slab ??= Buffer.allocUnsafeSlow(SLAB);
    const slab = this.#slab;
    const room = Math.min(SLAB, most);
    let filled = 0;
    let at = from;
    for (; at < chunks.length; at += 1) {
      const chunk = chunks[at] as Uint8Array;
      if (chunk.length >= large || filled + chunk.length > room) break;
      slab.set(chunk, filled);
      filled += chunk.length;
    }
    return { bytes: slab.subarray(0, filled), count: at - from };
  }

  /** Encodes a text of at most 64 KiB in UTF-8. The bytes are good until the next call. */
  encode(text: string): Buffer {
    this.#slab ??= Buffer.allocUnsafeSlow(SLAB);
    return this.#slab.subarray(0, this.#slab.write(text));
  }

  /** The bytes of the last call are out of use. */
  release(bytes: Buffer): void {
    this.#released?.(bytes);
  }

  /** The bytes of the last call stay with somebody else: the next one takes a new slab. */
  giveUp(): void {
    this.#slab = undefined;
  }
}
