import { EMPTY } from '../bytes/chunk.ts';
import { ChunkQueue } from '../bytes/chunk-queue.ts';

/**
 * Throws a `RangeError` unless the value can limit the length of a frame: NaN would limit nothing, and a string of digits is not
 * a number.
 */
export function checkLimit(maxLength: number): void {
  if (!(typeof maxLength === 'number' && maxLength >= 0))
    throw new RangeError(`maxLength is ${maxLength}, not a number of at least 0`);
}

/**
 * Finds the frames in a stream of bytes: `push` chunks, then take frames with `next` or by iterating. How the stream is cut into
 * chunks makes no difference to the frames, and at most a constant factor to the cost. No byte is examined before a frame is asked
 * for.
 */
export abstract class Decoder<Frame> implements Iterable<Frame> {
  /** The chunk that is being read. */
  protected chunk: Buffer = EMPTY;
  /** The index of the first byte of `chunk` that is not read yet. */
  protected at = 0;
  /** The beginning of the present frame, from chunks that are read to their end. */
  protected readonly begun: ChunkQueue = new ChunkQueue();
  /** The chunks that follow the one that is being read. */
  #later: ChunkQueue | undefined;

  /** How many bytes the decoder holds: those that were pushed, and are not part of a frame that was taken. */
  get held(): number {
    return this.begun.size + this.chunk.length - this.at + (this.#later?.size ?? 0);
  }

  /**
   * Adds the next bytes of the stream. The chunk belongs to the decoder from now on and must not change: frames are views of it.
   */
  push(chunk: Uint8Array): void {
    const bytes = chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const later = this.#later;
    // A frame may have ended with its chunk while others wait behind it.
    if (this.at === this.chunk.length && (later === undefined || later.size === 0)) this.#read(bytes);
    else {
      this.#later ??= new ChunkQueue();
      this.#later.push(bytes);
    }
  }

  /**
   * Inserts bytes before those that the decoder holds. They belong to the decoder from now on and must not change. The cost does
   * not depend on how many bytes wait behind them.
   */
  unread(bytes: Uint8Array): void {
    const later = this.#detach();
    const rest = this.rest();
    this.push(bytes);
    this.push(rest);
    if (later === undefined) return;
    later.unshift(this.#detach()?.shift() ?? EMPTY);
    this.#later = later;
  }

  /**
   * Takes the next whole frame and returns it; undefined until more bytes are pushed. The frame belongs to the caller, and the
   * decoder does not change its bytes. Throws a `FramingError` for bytes that cannot become a frame.
   */
  abstract next(): Frame | undefined;

  /**
   * Removes all bytes that the decoder holds and returns them, for a change of the protocol in mid-stream. They belong to the
   * caller. Afterwards the decoder is as new.
   */
  rest(): Buffer {
    const { chunk, at } = this;
    this.#read(EMPTY);
    let rest = this.begun.join(chunk.subarray(at));
    if (this.#later !== undefined && this.#later.size > 0) {
      this.begun.push(rest);
      for (let next = this.#later.shift(); next !== undefined; next = this.#later.shift()) this.begun.push(next);
      rest = this.begun.join();
    }
    return rest;
  }

  /**
   * Iterates over the whole frames that the decoder holds, and takes each. Ends where `next` returns undefined, throws what it
   * throws.
   */
  *[Symbol.iterator](): IterableIterator<Frame> {
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  /**
   * Takes the next `length` bytes at once, and drops `trailing` bytes behind them, 0 unless given, such as a CRLF; undefined until all are
   * there, and then it has to be asked for the same numbers again. They are a view of a chunk, or a copy if they came in several. Nothing
   * may have begun.
   */
  protected whole(length: number, trailing = 0): Buffer | undefined {
    for (;;) {
      const from = this.at;
      const end = from + length + trailing - this.begun.size;
      if (end <= this.chunk.length) {
        this.at = end;
        if (this.begun.size === 0) return this.chunk.subarray(from, end - trailing);
        return this.begun.join(this.chunk.subarray(from, end)).subarray(0, length);
      }
      this.begun.push(this.chunk.subarray(from));
      this.at = this.chunk.length;
      if (!this.ready()) return undefined;
    }
  }

  /**
   * Makes `chunk` have an unread byte at `at`, if need be by turning to the next chunk. Returns false until more bytes are
   * pushed.
   */
  protected ready(): boolean {
    if (this.at < this.chunk.length) return true;
    const next = this.#later?.shift();
    // A chunk that was read to its end is not kept alive.
    if (next !== undefined || this.chunk.length > 0) this.#read(next ?? EMPTY);
    return next !== undefined;
  }

  /** Called when the decoder turns to a new chunk. Does nothing unless overridden. */
  protected opened(): void {}

  #detach(): ChunkQueue | undefined {
    const later = this.#later;
    this.#later = undefined;
    return later;
  }

  #read(chunk: Buffer): void {
    this.chunk = chunk;
    this.at = 0;
    this.opened();
  }
}
