/** The most bytes of a slab: those of one write. */
export const ROOM: number = 64 * 1024;
/** How many bytes of memory one begins with that grows. */
const FIRST = 256;
/** Text of up to this many characters is encoded here: a call of the runtime costs more. */
const SHORT = 16;

/** Memory into which small writes are copied as they are made, so that they leave as one. */
export class Slab {
  #bytes: Buffer;
  /** Where the chunk begins that is being filled, and where it ends so far. */
  #from = 0;
  #to = 0;

  /** `bytes` is its memory; it gets more, up to 64 KiB, when it needs that. */
  constructor(bytes: Buffer = Buffer.allocUnsafe(FIRST)) {
    this.#bytes = bytes;
  }

  /** How many bytes it may still take. */
  get room(): number {
    return ROOM - this.#to;
  }

  /** How many bytes were appended since the last cut. */
  get size(): number {
    return this.#to - this.#from;
  }

  /** Appends a copy of a chunk. Returns false, and takes nothing, if there is no room for it. */
  append(chunk: Uint8Array): boolean {
    const { length } = chunk;
    if (!this.#makeRoom(length)) return false;
    const bytes = this.#bytes;
    const to = this.#to;
    // Such as the end of a line.
    if (length === 2) {
      bytes[to] = chunk[0] as number;
      bytes[to + 1] = chunk[1] as number;
    } else bytes.set(chunk, to);
    this.#to = to + length;
    return true;
  }

  /** Appends a text in UTF-8, and returns its number of bytes; -1, and takes nothing, if there is no room for it. */
  write(text: string): number {
    // A code unit has at most three bytes.
    if (!this.#makeRoom(3 * text.length) && !this.#makeRoom(Buffer.byteLength(text))) return -1;
    const size = text.length <= SHORT ? this.#writeASCII(text) : -1;
    const written = size < 0 ? this.#bytes.write(text, this.#to) : size;
    this.#to += written;
    return written;
  }

  /** Ends the chunk that is being filled, and returns it: a view of the slab. */
  cut(): Buffer {
    const chunk = this.#bytes.subarray(this.#from, this.#to);
    this.#from = this.#to;
    return chunk;
  }

  /** Empties the slab: what was cut is not used any more. Returns what that was. */
  clear(): Buffer {
    const used = this.#bytes.subarray(0, this.#to);
    this.#from = 0;
    this.#to = 0;
    return used;
  }

  /** Returns the number of bytes; -1 if the text is not all ASCII. */
  #writeASCII(text: string): number {
    const bytes = this.#bytes;
    const to = this.#to;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 127) return -1;
      bytes[to + at] = code;
    }
    return text.length;
  }

  #makeRoom(length: number): boolean {
    const needed = this.#to + length;
    return needed <= this.#bytes.length || this.#grow(needed);
  }

  #grow(needed: number): boolean {
    if (needed > ROOM) return false;
    const larger = Buffer.allocUnsafe(Math.min(ROOM, Math.max(needed, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.#to));
    this.#bytes = larger;
    return true;
  }
}
