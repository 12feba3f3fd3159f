import { ChunkList } from '../bytes/chunk-list.ts';
import { Slab } from '../bytes/slab.ts';
import type { Slabs } from '../bytes/slabs.ts';
import { HIGH_WATER } from './flow.ts';
import type { Outflow } from './recorder.ts';

/** From this size on, sending a chunk on its own costs less than copying it. */
const LARGE = 16 * 1024;
/** The most bytes that a wire is given at once (see the seam), and in one turn, so that other connections have theirs. */
export const MOST: number = 256 * 1024;
/** From this length on a text is encoded on its own: JavaScript limits the length of a joined string. */
const LONG_TEXT = 64 * 1024;
/** While the wire is full, a chunk shorter than this is copied even if it is alone: it may keep a larger one in memory. */
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
  /** How many bytes the wire may be given in this turn. */
  budget: number = MOST;
  readonly engine: { readonly slabs: Slabs };
  /** The only chunk, since most queues do not need a list. */
  #only: Uint8Array | undefined;
  /** All chunks, if there are more. */
  #chunks: ChunkList | undefined;
  /** How many bytes the wire holds; 0 when it can take a chunk. */
  #held = 0;
  /** The wire kept the bytes that it was given last, and did not copy them. */
  #keeps = false;
  /** Where small writes are copied. What it holds follows the chunks. */
  #slab: Slab | undefined;
  /** Text that was written last: strings are joined, and encoded all at once. */
  #text = '';
  /** What waits behind the bar; undefined unless there is one. */
  #barred: (Uint8Array | string)[] | undefined;

  /** The engine has the slabs that connections share. */
  constructor(engine: { readonly slabs: Slabs }) {
    this.engine = engine;
  }

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
    return this.budget <= 0 && this.#held === 0 && !this.#empty();
  }

  /**
   * Appends a chunk of at least one byte, or a string of at least one character. Throws a `RangeError` for a string that is too
   * long to be encoded, and then appends nothing. A string is `parted` if its last character cannot be one half of a surrogate pair whose
   * other half is pushed next: to look at it takes long where strings are parts of others.
   */
  push(data: Uint8Array | string, parted = false): void {
    const piece = typeof data === 'string' && data.length >= LONG_TEXT ? Buffer.from(data) : data;
    this.size += piece.length;
    if (this.#barred === undefined) this.#append(piece, parted);
    else this.#barred.push(piece);
  }

  #append(data: Uint8Array | string, parted: boolean): void {
    if (typeof data === 'string') {
      this.#text += data;
      // A code unit has at most three bytes. Half of a surrogate pair is encoded alone, as it would be in a write of its own.
      if (this.size + 2 * this.#text.length > HIGH_WATER || (!parted && endsInHalf(data))) this.#encode();
    } else {
      if (this.#text !== '') this.#encode();
      this.#put(data);
    }
  }

  /** Appends a chunk. One that is alone, or large, is sent as it is. */
  #put(chunk: Uint8Array): void {
    if (chunk.length >= LARGE) {
      this.#seal();
      this.#add(chunk);
    } else if (this.#slab?.append(chunk) !== true) {
      const alone = this.#slab === undefined && this.#only === undefined && this.#chunks === undefined;
      if (alone && (this.#held === 0 || chunk.length >= SMALL)) this.#only = chunk;
      else this.#open(chunk.length).append(chunk);
    }
  }

  /** Takes a new slab, with room for that many bytes. A small chunk that was alone begins it. */
  #open(size: number): Slab {
    this.#seal();
    const only = this.#only;
    // One that was taken away has no bytes, and is found out when it is sent.
    const joins = only !== undefined && only.length > 0 && only.length < LARGE;
    // What waits longer than until the end of the run, or is kept by the wire, would keep all of a shared one.
    const shared = this.#ready() && !this.#keeps;
    const slab = shared ? this.engine.slabs.take(this, size + (joins ? only.length : 0)) : new Slab();
    this.#slab = slab;
    if (joins) {
      this.#only = undefined;
      slab.append(only);
    }
    return slab;
  }

  /** Ends the chunk in the slab. */
  #seal(): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    this.#slab = undefined;
    if (slab.size > 0) this.#add(slab.cut());
  }

  /**
   * Gives chunks to the wire, at most `portion` bytes at once, until it is full, the budget is used up, or nothing is left. Throws a
   * `TypeError` if bytes were added, removed or detached after their write.
   */
  flush(wire: Outflow, portion: number = MOST): void {
    if (this.size > this.maxSize) this.maxSize = this.size;
    if (this.#text !== '') this.#encode();
    if (this.#ready()) this.#seal();
    while (this.#only !== undefined && this.#ready()) this.#handOnly(wire, this.#only, portion);
    if (this.#chunks !== undefined) this.#flushList(wire, this.#chunks, portion);
    const left = this.#chunks !== undefined || this.#only !== undefined;
    this.engine.slabs.giveBack(this, left || (this.#held > 0 && !wire.copies));
    if (this.#empty() && this.#barred === undefined && this.size !== this.#held) throw new TypeError(CHANGED);
  }

  /** True if the wire can take a chunk and may be given one. */
  #ready(): boolean {
    return this.#held === 0 && this.budget > 0;
  }

  /** Sets a bar: what is pushed from now on is not sent until `unbar`. */
  bar(): void {
    this.#barred = [];
  }

  /** True if there is a bar, and everything before it is with the kernel. */
  get atBar(): boolean {
    return this.#barred !== undefined && this.#empty() && this.#held === 0;
  }

  /** True if there is nothing to give to the wire: all that is unsent is with the wire, or behind the bar. */
  #empty(): boolean {
    return this.#text === '' && this.#slab === undefined && this.#only === undefined && this.#chunks === undefined;
  }

  /** Removes the bar. */
  unbar(): void {
    const barred = this.#barred ?? [];
    this.#barred = undefined;
    for (const data of barred) this.#append(data, false);
  }

  /** The wire has passed on the chunk that it held. Returns how many bytes that has. */
  written(): number {
    const taken = this.#held;
    this.size -= taken;
    this.bytesOut += taken;
    this.#held = 0;
    return taken;
  }

  /** Drops everything but what the wire holds. */
  clear(): void {
    this.#only = undefined;
    this.#chunks = undefined;
    this.#slab = undefined;
    this.engine.slabs.giveBack(this, this.#held > 0);
    this.#text = '';
    if (this.#barred !== undefined) this.#barred = [];
    this.size = this.#held;
  }

  /** Makes bytes of the text, in a slab if that is shared or begun, and of their exact size otherwise. */
  #encode(): void {
    const text = this.#text;
    this.#text = '';
    const slab = this.#slab ?? (this.#ready() && !this.#keeps ? this.#open(text.length) : undefined);
    const written = slab?.write(text) ?? -1;
    const bytes = written < 0 ? Buffer.from(text) : undefined;
    this.size += (bytes?.length ?? written) - text.length;
    if (this.size > this.maxSize) this.maxSize = this.size;
    if (bytes !== undefined) this.#put(bytes);
  }

  #add(chunk: Uint8Array): void {
    if (this.#chunks !== undefined) this.#chunks.push(chunk);
    else if (this.#only === undefined) this.#only = chunk;
    else {
      this.#chunks = new ChunkList(this.#only, chunk);
      this.#only = undefined;
    }
  }

  #flushList(wire: Outflow, chunks: ChunkList, portion: number): void {
    while (!chunks.empty && this.#ready()) this.#hand(wire, chunks.take(Math.min(portion, this.budget)));
    if (chunks.empty) this.#chunks = undefined;
  }

  /** Gives the wire the only chunk, or as much of it as may be sent now. */
  #handOnly(wire: Outflow, chunk: Uint8Array, portion: number): void {
    const most = Math.min(portion, this.budget);
    const whole = chunk.length <= most;
    this.#only = whole ? undefined : chunk.subarray(most);
    this.#hand(wire, whole ? chunk : chunk.subarray(0, most));
  }

  #hand(wire: Outflow, bytes: Uint8Array): void {
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

/** True when the first code unit is the second half of a surrogate pair. */
export function beginsInHalf(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 0xdc00 && first < 0xe000;
}

/** True when the last code unit is the first half of a surrogate pair. */
function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00;
}
