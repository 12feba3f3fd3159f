const NEWLINE = 0x0a;
/** Lines are kept together in buffers of about this many bytes, so that a queue takes little more memory than its bytes. */
const CHUNK_BYTES = 65_536;

/** Lines that wait to be written: whole ones, each with its newline. At most a number of bytes. */
export class LineQueue {
  readonly #most: number;
  readonly #chunks: Buffer[] = [];
  #open: string[] = [];
  #openBytes = 0;
  /** How much of the first chunk is written. */
  #at = 0;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a line, or several, and returns true; or returns false if it does not fit. */
  push(line: string): boolean {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > this.#most) return false;
    if (this.#openBytes + bytes > CHUNK_BYTES) this.#seal();
    this.#open.push(line);
    this.#openBytes += bytes;
    this.#bytes += bytes;
    return true;
  }

  /** Returns what is to be written next: whole lines of at most `most` bytes, or one line that is longer; undefined if nothing waits. */
  head(most: number): Buffer | undefined {
    if (this.#chunks.length === 0) this.#seal();
    const first = this.#chunks[0];
    if (first === undefined) return undefined;
    const end = this.#at + most;
    if (end >= first.length) return first.subarray(this.#at);
    const lines = first.lastIndexOf(NEWLINE, end - 1) + 1;
    return first.subarray(this.#at, lines > this.#at ? lines : first.indexOf(NEWLINE, end) + 1);
  }

  /** Notes that the first `bytes` of what `head` returned are written. */
  took(bytes: number): void {
    this.#at += bytes;
    this.#bytes -= bytes;
    if (this.#at !== this.#chunks[0]?.length) return;
    this.#chunks.shift();
    this.#at = 0;
  }

  /** Lets a line of which a part is written be written once more from its beginning. Returns false if there is none. */
  restart(): boolean {
    const first = this.#chunks[0];
    if (first === undefined || this.#at === 0) return false;
    const start = first.lastIndexOf(NEWLINE, this.#at - 1) + 1;
    const again = this.#at - start;
    this.#at = start;
    this.#bytes += again;
    return again > 0;
  }

  /** Removes all, and returns how many lines that were, one that is partly written included. */
  clear(): number {
    this.#seal();
    const lines = this.#chunks.reduce((sum, chunk, index) => sum + linesOf(chunk, index === 0 ? this.#at : 0), 0);
    this.#chunks.length = 0;
    this.#at = 0;
    this.#bytes = 0;
    return lines;
  }

  #seal(): void {
    if (this.#open.length === 0) return;
    this.#chunks.push(Buffer.from(this.#open.join('')));
    this.#open = [];
    this.#openBytes = 0;
  }
}

function linesOf(chunk: Buffer, from: number): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE, from); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
