import { EMPTY } from '../bytes/chunk.ts';
import { ChunkQueue } from '../bytes/chunk-queue.ts';

/** Throws a `RangeError` for what cannot be the most bytes of a frame: above all for NaN, which would limit nothing, and for digits in a string. */
export function checkLimit(maxLength: number): void {
  if (!(typeof maxLength === 'number' && maxLength >= 0))
    throw new RangeError(`maxLength is ${maxLength}, not a number of at least 0`);
}

/**
 * Finds the frames in a stream of bytes. How the stream is cut into chunks changes nothing, and costs no more than a
 * constant factor. `push` chunks, then take frames with `next` or by iterating; no byte is looked at before a frame is
 * asked for.
 */
export abstract class Decoder<Frame> implements Iterable<Frame> {
  /** The chunk that is being read ... */
  protected chunk: Buffer = EMPTY;
  /** ... from this place on. */
  protected at = 0;
  /** The beginning of the present frame, in chunks that are read to their end. */
  protected readonly begun: ChunkQueue = new ChunkQueue();
  /** The chunks behind the one that is being read. */
  #later: ChunkQueue | undefined;

  /** How many bytes belong to no frame that was taken yet. */
  get held(): number {
    return this.begun.size + this.chunk.length - this.at + (this.#later?.size ?? 0);
  }

  /** Takes the next bytes of the stream. The chunk is the decoder's from now on: frames are views of it. */
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

  /** Puts bytes before those that are not taken yet. They are the decoder's from now on. Costs nothing for what waits behind them. */
  unread(bytes: Uint8Array): void {
    const later = this.#detach();
    const rest = this.rest();
    this.push(bytes);
    this.push(rest);
    if (later === undefined) return;
    later.unshift(this.#detach()?.shift() ?? EMPTY);
    this.#later = later;
  }

  /** The next whole frame; undefined until more bytes come. Throws a `FramingError` for bytes that cannot become a frame. */
  abstract next(): Frame | undefined;

  /** Gives up all bytes that belong to no frame taken yet, and begins afresh: for a switch of protocols in mid-stream. */
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

  /** The frames that are there. */
  *[Symbol.iterator](): IterableIterator<Frame> {
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  /** Sees to it that there are bytes at the place to read. False when there are none yet. */
  protected ready(): boolean {
    if (this.at < this.chunk.length) return true;
    const next = this.#later?.shift();
    // A chunk that was read to its end is not kept alive.
    if (next !== undefined || this.chunk.length > 0) this.#read(next ?? EMPTY);
    return next !== undefined;
  }

  /** A new chunk is being read. */
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
