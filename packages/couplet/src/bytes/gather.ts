/** The size of one gathered write, in bytes. */
const SLAB = 64 * 1024;
/** Fewer bytes than this are copied for a wire that keeps them: a new slab for each message would cost more. */
const FEW = 16 * 1024;

/**
 * Copies small chunks into one slab, so that they leave as one write. The slab is used again, unless the wire keeps the bytes: then
 * `giveUp` has to be called.
 */
export class Gather {
  readonly #released: ((bytes: Buffer) => void) | undefined;
  #slab: Buffer | undefined;
  /** The bytes of the last call are a copy of their own. */
  #copied = false;

  /** `released` gets bytes of the slab that are not used any more, and may overwrite them. */
  constructor(released?: (bytes: Buffer) => void) {
    this.#released = released;
  }

  /**
   * Copies chunks from index `from` on while each is smaller than `large` bytes and they fit into `most` bytes. `bytes` is the
   * filled part of the slab, good until the next call; `count` says how many chunks it holds. `kept` says that they will
   * probably be given up: then few bytes are a copy.
   */
  fill(
    chunks: readonly Uint8Array[],
    from: number,
    large: number,
    most: number = SLAB,
    kept = false,
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
    return { bytes: this.#bytes(slab, filled, kept), count: at - from };
  }

  /** Encodes a text of at most 64 KiB in UTF-8. The bytes are good until the next call; `kept` as above. */
  encode(text: string, kept = false): Buffer {
    this.#slab ??= Buffer.allocUnsafeSlow(SLAB);
    return this.#bytes(this.#slab, this.#slab.write(text), kept);
  }

  /** The bytes of the last call are not used any more. */
  release(bytes: Buffer): void {
    this.#released?.(bytes);
  }

  /** The bytes of the last call are kept by the wire: the next call takes a new slab. */
  giveUp(): void {
    if (!this.#copied) this.#slab = undefined;
  }

  #bytes(slab: Buffer, size: number, kept: boolean): Buffer {
    const bytes = slab.subarray(0, size);
    this.#copied = kept && size < FEW;
    return this.#copied ? Buffer.from(bytes) : bytes;
  }
}
