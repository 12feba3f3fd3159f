/** The size of one gathered write, in bytes. */
const SLAB = 64 * 1024;

/**
 * Copies small chunks into one slab, so that they leave as one write. The slab is used again, unless whoever got the
 * bytes keeps them: then `giveUp` lets go of it.
 */
export class Gather {
  #slab: Buffer | undefined;

  /**
   * Copies chunks from index `from` on while each is smaller than `large` bytes and they fit. `bytes` is the filled part
   * of the slab, good until the next call; `count` says how many chunks it holds.
   */
  fill(chunks: readonly Uint8Array[], from: number, large: number): { bytes: Buffer; count: number } {
    this.#slab ??= Buffer.allocUnsafeSlow(SLAB);
    const slab = this.#slab;
    let filled = 0;
    let at = from;
    for (; at < chunks.length; at += 1) {
      const chunk = chunks[at] as Uint8Array;
      if (chunk.length >= large || filled + chunk.length > SLAB) break;
      slab.set(chunk, filled);
      filled += chunk.length;
    }
    return { bytes: slab.subarray(0, filled), count: at - from };
  }

  /** The bytes of the last `fill` stay with somebody else: the next one takes a new slab. */
  giveUp(): void {
    this.#slab = undefined;
  }
}
