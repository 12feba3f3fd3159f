import { EMPTY } from '../bytes/chunk.ts';
import type { Gather } from '../bytes/gather.ts';
import { Tail } from '../bytes/tail.ts';
import type { Wire } from '../seam/wire.ts';
import { HIGH_WATER } from './flow.ts';

/** From this size on, sending a chunk on its own costs less than copying it. */
const LARGE = 16 * 1024;
/** The most bytes that a wire is given at once (see the seam), and in one turn, so that other connections have theirs. */
export const MOST: number = 256 * 1024;
/** From this length on a text is encoded on its own: JavaScript limits the length of a joined string. */
const LONG_TEXT = 64 * 1024;
/** While the wire is full, chunks shorter than this are copied together. */
const SMALL = 1024;
const CHANGED = 'bytes were added or removed after the write and before they were sent';

/** What was written to a connection and is not with the kernel yet. */
export class WriteQueue {
  /**
   * The number of unsent bytes, including those that the wire holds. For text that is not ASCII it is a little too low from a
   * write until the next flush, but not while it is above `HIGH_WATER`.
   */
  size = 0;
  /** The largest `size` so far, looked at when something is sent. */
  maxSize = 0;
  /** How many bytes the wire has taken. */
  bytesOut = 0;
  /** How many chunks the wire was given. */
  writes = 0;
  /** The most bytes that the wire is given at once. */
  portion: number = MOST;
  /** How many bytes the wire may be given in this turn. */
  budget: number = MOST;
  /** The only chunk of a short queue, since most queues do not need a list. */
  #only: Uint8Array | undefined;
  /**
   * All chunks of a longer queue. Before `#head` are empty chunks in place of those that were given to the wire, which frees
   * these.
   */
  #chunks: Uint8Array[] | undefined;
  #head = 0;
  /** How many bytes of the next chunk were given to the wire. */
  #offset = 0;
  /** How many bytes the wire holds; 0 when it can take a chunk. */
  #held = 0;
  /** The wire kept the bytes that it was given last, and did not copy them. */
  #keeps = false;
  /** The chunk to which small ones are copied while the wire is full. */
  #tail: Tail | undefined;
  /** Text that was written last: strings are joined, and encoded all at once. */
  #text = '';
  /** What waits behind the bar; undefined unless there is one. */
  #barred: (Uint8Array | string)[] | undefined;

  /** True when the wire holds all that is unsent. */
  get allHeld(): boolean {
    return this.size === this.#held;
  }

  /** How many bytes the wire holds. */
  get held(): number {
    return this.#held;
  }

  /** True if the budget of this turn is used up and the wire could take more. */
  get overdrawn(): boolean {
    return this.budget <= 0 && this.#held === 0 && !this.#empty;
  }

  /**
   * Appends a chunk of at least one byte, or a string of at least one character. Throws a `RangeError` for a string that is too
   * long to be encoded, and then appends nothing.
   */
  push(data: Uint8Array | string): void {
    const piece = typeof data === 'string' && data.length >= LONG_TEXT ? Buffer.from(data) : data;
    this.size += piece.length;
    if (this.#barred === undefined) this.#append(piece);
    else this.#barred.push(piece);
  }

  #append(data: Uint8Array | string): void {
    if (typeof data === 'string') {
      this.#text += data;
      // A code unit has at most three bytes. Half of a surrogate pair is encoded alone, as it would be in a write of its own.
      if (this.size + 2 * this.#text.length > HIGH_WATER || endsInHalf(data)) this.#encode();
    } else {
      if (this.#text !== '') this.#encode();
      this.#put(data);
    }
  }

  #put(chunk: Uint8Array): void {
    if (this.#held === 0 || chunk.length >= SMALL) this.#add(chunk);
    else if (this.#tail !== undefined && this.#last === this.#tail.chunk && this.#tail.append(chunk)) {
      this.#last = this.#tail.chunk;
    } else {
      this.#tail = new Tail(chunk);
      this.#add(this.#tail.chunk);
    }
  }

  /**
   * Gives chunks to the wire until it is full, the budget is used up, or nothing is left. Throws a `TypeError` if bytes were added,
   * removed or detached after their write.
   */
  flush(wire: Wire, gather: Gather): void {
    if (this.size > this.maxSize) this.maxSize = this.size;
    if (this.#text !== '') {
      // A code unit has at most three bytes.
      const fits = 3 * this.#text.length <= this.#most;
      if (fits && this.#held === 0 && this.#last === undefined) this.#handText(wire, gather);
      else this.#encode();
    }
    while (this.#only !== undefined && this.#ready) {
      if (this.#handSingle(wire, this.#only)) this.#only = undefined;
    }
    if (this.#chunks !== undefined) this.#flushList(wire, gather, this.#chunks);
    else if (this.#only === undefined && this.#barred === undefined && this.size !== this.#held)
      throw new TypeError(CHANGED);
  }

  /** True if the wire can take a chunk and may be given one. */
  get #ready(): boolean {
    return this.#held === 0 && this.budget > 0;
  }

  /** The most bytes that the wire may be given now. */
  get #most(): number {
    return Math.min(this.portion, this.budget);
  }

  /** Sets a bar: what is pushed from now on is not sent until `unbar`. */
  bar(): void {
    this.#barred = [];
  }

  /** True if there is a bar, and everything before it is with the kernel. */
  get atBar(): boolean {
    return this.#barred !== undefined && this.#empty && this.#held === 0;
  }

  /** True if there is nothing to give to the wire: all that is unsent is with the wire, or behind the bar. */
  get #empty(): boolean {
    return this.#text === '' && this.#only === undefined && this.#chunks === undefined;
  }

  /** Removes the bar. */
  unbar(): void {
    const barred = this.#barred ?? [];
    this.#barred = undefined;
    for (const data of barred) this.#append(data);
  }

  /** The wire has passed on the chunk that it held. */
  written(): void {
    this.size -= this.#held;
    this.bytesOut += this.#held;
    this.#held = 0;
    this.#tail = undefined;
  }

  /** Drops everything but what the wire holds. */
  clear(): void {
    this.#only = undefined;
    this.#chunks = undefined;
    this.#head = 0;
    this.#offset = 0;
    this.#text = '';
    if (this.#barred !== undefined) this.#barred = [];
    this.size = this.#held;
  }

  /** Appends the text as a chunk. */
  #encode(): void {
    const bytes = Buffer.from(this.#text);
    this.#encoded(bytes.length);
    this.#put(bytes);
  }

  /** The text has become that many bytes. */
  #encoded(bytes: number): void {
    this.size += bytes - this.#text.length;
    if (this.size > this.maxSize) this.maxSize = this.size;
    this.#text = '';
  }

  #add(chunk: Uint8Array): void {
    if (this.#chunks !== undefined) this.#chunks.push(chunk);
    else if (this.#only === undefined) this.#only = chunk;
    else {
      this.#chunks = [this.#only, chunk];
      this.#only = undefined;
    }
  }

  /** The chunk that was added last, unless it was given to the wire. */
  get #last(): Uint8Array | undefined {
    return this.#only ?? this.#chunks?.at(-1);
  }

  set #last(chunk: Uint8Array) {
    if (this.#chunks === undefined) this.#only = chunk;
    else this.#chunks[this.#chunks.length - 1] = chunk;
  }

  #flushList(wire: Wire, gather: Gather, chunks: Uint8Array[]): void {
    while (this.#head < chunks.length && this.#ready) {
      const chunk = chunks[this.#head] as Uint8Array;
      const gathers = chunk.length < LARGE && chunk.length <= this.#most && this.#offset === 0;
      if (gathers && this.#head + 1 < chunks.length) this.#handGathered(wire, gather, chunks);
      else if (this.#handSingle(wire, chunk)) {
        chunks[this.#head] = EMPTY;
        this.#head += 1;
      }
    }
    if (this.#head === chunks.length) {
      this.#chunks = undefined;
      this.#head = 0;
      if (this.#barred === undefined && this.size !== this.#held) throw new TypeError(CHANGED);
    } else if (this.#head >= 1024 && this.#head * 2 >= chunks.length) {
      chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Gives the wire a chunk, or as much of it as may be sent now. Returns true if that was the rest of it. */
  #handSingle(wire: Wire, chunk: Uint8Array): boolean {
    const from = this.#offset;
    const most = this.#most;
    const last = chunk.length - from <= most;
    this.#offset = last ? 0 : from + most;
    this.#hand(wire, last && from === 0 ? chunk : chunk.subarray(from, from + most));
    return last;
  }

  #handGathered(wire: Wire, gather: Gather, chunks: Uint8Array[]): void {
    const { bytes, count } = gather.fill(chunks, this.#head, LARGE, this.#most, this.#keeps);
    chunks.fill(EMPTY, this.#head, this.#head + count);
    this.#head += count;
    this.#hand(wire, bytes);
    if (this.#held > 0 && !wire.copies) gather.giveUp();
    else gather.release(bytes);
  }

  #handText(wire: Wire, gather: Gather): void {
    const bytes = gather.encode(this.#text, this.#keeps);
    this.#encoded(bytes.length);
    this.#hand(wire, bytes);
    if (this.#held > 0 && !wire.copies) gather.giveUp();
    else gather.release(bytes);
  }

  #hand(wire: Wire, bytes: Uint8Array): void {
    // A detached buffer is empty, and so is one that was cut off.
    if (bytes.length === 0) throw new TypeError(CHANGED);
    this.budget -= bytes.length;
    this.writes += 1;
    const taken = wire.write(bytes);
    if (taken) {
      this.size -= bytes.length;
      this.bytesOut += bytes.length;
    } else this.#held = bytes.length;
    this.#keeps = !(taken || wire.copies);
  }
}

/** True when the last code unit is the first half of a surrogate pair. */
function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00;
}
