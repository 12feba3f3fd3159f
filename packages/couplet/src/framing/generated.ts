import { EMPTY } from '../bytes/chunk.ts';
import { ChunkQueue } from '../bytes/chunk-queue.ts';
import { checkWhole, described } from '../values/checks.ts';
import { Answers } from './answers.ts';
import { checkLimit, Decoder } from './decoder.ts';
import { FramingError, LengthLimitError } from './errors.ts';
import type { FrameInput, FrameReader, Requested } from './frame-input.ts';
import { endingOf } from './line-decoder.ts';
import { VarintPrefix } from './prefixes.ts';
import { behind, endOf, integerAt, matches, numberOf } from './scan.ts';

/** Options of `decoder`. */
export interface DecoderOptions {
  /** The most bytes of a frame, all of them counted, at least 0; 99,999 unless set. `Infinity` sets no limit. */
  readonly maxLength?: number;
}

const [MINUS, ZERO, NINE] = [0x2d, 0x30, 0x39];
/** A number with up to this many digits is exact. */
const EXACT = 15;

/**
 * Returns a decoder whose frames a generator reads: it is called for each frame, and what it returns is the frame. How the stream is
 * cut changes nothing, and costs a constant factor at most. The generator goes on only when what it asked for has arrived.
 *
 * `next` throws what the generator throws, and each time from then on: a `FramingError` for what the peer did wrong, such as a count
 * that is not one, and a `LengthLimitError` as soon as a frame is certain to be longer than `maxLength`. It throws a `TypeError` if the
 * generator returns undefined, yields anything but what a request yields, or leaves a request unyielded, and an `Error` if it returns without having read a byte.
 * `decoder` throws a `RangeError` if `maxLength` is not a number of at least 0.
 */
export function decoder<Frame>(read: FrameReader<Frame>, { maxLength = 99_999 }: DecoderOptions = {}): Decoder<Frame> {
  return new GeneratedDecoder(read, maxLength);
}

/** Finds the frames that a generator reads. It is the generator's input. */
class GeneratedDecoder<Frame> extends Decoder<Frame> implements FrameInput {
  readonly #read: FrameReader<Frame>;
  readonly #maxLength: number;
  /** Where the present frame begins in the chunk; 0 if it began in an earlier one, of which `begun` has what was read. */
  #start = 0;
  /** The beginning of what is asked for, from earlier chunks; and its last bytes, in which a delimiter may begin. */
  readonly #part: ChunkQueue = new ChunkQueue();
  #edge: Buffer = EMPTY;
  #frame: Generator<unknown, Frame | undefined, unknown> | undefined;
  readonly #buffers: Answers<Buffer> = new Answers(this, EMPTY);
  readonly #texts: Answers<string> = new Answers(this, '');
  readonly #numbers: Answers<number> = new Answers(this, 0);
  /** What the last request returned, and what the generator waits for. */
  #asked: { readonly open: boolean } | undefined;
  #waiting: { poll(): boolean } | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(read: FrameReader<Frame>, maxLength: number) {
    super();
    checkLimit(maxLength);
    this.#read = read;
    this.#maxLength = maxLength;
  }

  override get held(): number {
    return super.held + this.#part.size + this.at - this.#start;
  }

  override next(): Frame | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return this.#next();
    } catch (error) {
      this.#failure = { error };
      this.#close();
      throw error;
    }
  }

  override rest(): Buffer {
    this.#close();
    for (let chunk = this.#part.shift(); chunk !== undefined; chunk = this.#part.shift()) this.begun.push(chunk);
    this.#edge = EMPTY;
    this.at = this.#start;
    return super.rest();
  }

  bytes(length: number): Requested<Buffer> {
    this.#checkCount(length);
    const bytes = this.#take(length);
    return bytes === undefined ? this.#takeLater(length) : this.#give(this.#buffers, bytes);
  }

  skip(length: number): Requested<unknown> {
    this.#checkCount(length);
    const left = this.#pass(length);
    return left > 0 ? this.#passLater(left) : this.#give(this.#numbers, 0);
  }

  until(delimiter: Uint8Array | string): Requested<Buffer> {
    const ending = endingOf(delimiter);
    const bytes = this.#before(ending);
    return bytes === undefined ? this.#beforeLater(ending) : this.#give(this.#buffers, bytes);
  }

  line(): Requested<Buffer> {
    return this.until('\r\n');
  }

  text(delimiter: Uint8Array | string = '\r\n', encoding: 'utf8' | 'latin1' = 'utf8'): Requested<string> {
    const ending = endingOf(delimiter);
    const bytes = this.#before(ending);
    return bytes === undefined ? this.#textLater(ending, encoding) : this.#give(this.#texts, bytes.toString(encoding));
  }

  decimal(delimiter: Uint8Array | string = '\r\n'): Requested<number> {
    const ending = endingOf(delimiter);
    const number = this.#number(ending);
    return number === undefined ? this.#numberLater(ending) : this.#give(this.#numbers, number);
  }

  uint8(): Requested<number> {
    const { chunk, at } = this;
    if (at === chunk.length) return this.#integer(1, false);
    this.#expect(1);
    this.at = at + 1;
    return this.#give(this.#numbers, chunk[at] as number);
  }

  uint16(): Requested<number> {
    return this.#integer(2, false);
  }

  uint16LE(): Requested<number> {
    return this.#integer(2, true);
  }

  uint32(): Requested<number> {
    return this.#integer(4, false);
  }

  uint32LE(): Requested<number> {
    return this.#integer(4, true);
  }

  varint(maxBytes = 9): Requested<number> {
    checkWhole('maxBytes', maxBytes, 1, 9);
    const number = this.#shortest(maxBytes);
    return number === undefined ? this.#varintLater(maxBytes) : this.#give(this.#numbers, number);
  }

  // Each of these is apart from its request, because a function that contains another one costs memory at each call.

  #takeLater(length: number): Requested<Buffer> {
    return this.#giveLater(this.#buffers, () => this.#take(length));
  }

  #passLater(length: number): Requested<unknown> {
    let left = length;
    return this.#giveLater(this.#numbers, () => {
      left = this.#pass(left);
      return left > 0 ? undefined : 0;
    });
  }

  #beforeLater(ending: Buffer): Requested<Buffer> {
    return this.#giveLater(this.#buffers, () => this.#before(ending));
  }

  #textLater(ending: Buffer, encoding: 'utf8' | 'latin1'): Requested<string> {
    return this.#giveLater(this.#texts, () => this.#before(ending)?.toString(encoding));
  }

  #numberLater(ending: Buffer): Requested<number> {
    return this.#giveLater(this.#numbers, () => this.#number(ending));
  }

  #integerLater(size: 1 | 2 | 4, little: boolean): Requested<number> {
    return this.#giveLater(this.#numbers, () => {
      const bytes = this.#take(size);
      return bytes === undefined ? undefined : integerAt(bytes, 0, size, little);
    });
  }

  #varintLater(maxBytes: number): Requested<number> {
    return this.#giveLater(this.#numbers, () => this.#shortest(maxBytes));
  }

  /** Answers a request. */
  #give<T>(answers: Answers<T>, value: T): Requested<T> {
    this.#checkYielded();
    this.#asked = answers;
    return answers.give(value);
  }

  /** Answers a request when `again` no longer returns undefined, which it is asked each time there are more bytes. */
  #giveLater<T>(answers: Answers<T>, again: () => T | undefined): Requested<T> {
    this.#checkYielded();
    this.#asked = answers;
    this.#waiting = answers;
    return answers.giveLater(again);
  }

  /** Throws a `TypeError` unless the last request was yielded. */
  #checkYielded(): void {
    if (this.#asked?.open === true) throw new TypeError('a request is not yielded: write yield* before each');
  }

  /** The next bytes; undefined until all of them have arrived. */
  #take(length: number): Buffer | undefined {
    for (;;) {
      const from = this.at;
      const end = from + length - this.#part.size;
      if (end <= this.chunk.length) return this.#taken(from, end);
      if (!this.#turn()) return undefined;
    }
  }

  /** Passes at most `length` bytes, and returns how many are left of it. */
  #pass(length: number): number {
    let left = length;
    for (;;) {
      const size = Math.min(left, this.chunk.length - this.at);
      this.at += size;
      left -= size;
      if (left === 0 || !this.#turn()) return left;
    }
  }

  #before(ending: Buffer): Buffer | undefined {
    for (;;) {
      const end = this.#find(ending);
      if (end >= 0) {
        this.#edge = EMPTY;
        this.#expect(this.#part.size + end - this.at);
        const bytes = this.#taken(this.at, end);
        return bytes.subarray(0, bytes.length - ending.length);
      }
      const last = ending.length - 1;
      // Of the last bytes, some may be the beginning of the delimiter.
      this.#expect(this.#part.size + this.chunk.length - this.at + 1);
      if (last > 0) this.#edge = endOf(this.#edge, this.chunk.subarray(this.at), last);
      if (!this.#turn()) return undefined;
    }
  }

  #number(ending: Buffer): number | undefined {
    if (this.#part.size === 0) {
      const { chunk, at } = this;
      const first = chunk[at] === MINUS ? at + 1 : at;
      let value = 0;
      let to = first;
      for (; to < chunk.length && to - first <= EXACT; to += 1) {
        const byte = chunk[to] as number;
        if (byte < ZERO || byte > NINE) break;
        value = 10 * value + byte - ZERO;
      }
      const end = to + ending.length;
      if (to > first && to - first <= EXACT && end <= chunk.length && matches(chunk, to, ending)) {
        this.#expect(end - at);
        this.at = end;
        return first === at || value === 0 ? value : -value;
      }
    }
    const bytes = this.#before(ending);
    return bytes === undefined ? undefined : numberOf(bytes);
  }

  #integer(size: 1 | 2 | 4, little: boolean): Requested<number> {
    this.#expect(size);
    const { chunk, at } = this;
    if (at + size <= chunk.length) {
      this.at = at + size;
      return this.#give(this.#numbers, integerAt(chunk, at, size, little));
    }
    const bytes = this.#take(size);
    return bytes === undefined
      ? this.#integerLater(size, little)
      : this.#give(this.#numbers, integerAt(bytes, 0, size, little));
  }

  #shortest(maxBytes: number): number | undefined {
    const prefix = new VarintPrefix(maxBytes);
    for (;;) {
      const begun = this.#part.size;
      // It is short, so joining its pieces anew with each chunk costs next to nothing.
      const bytes = begun === 0 ? this.chunk : this.#part.join(this.chunk.subarray(this.at, this.at + maxBytes));
      const from = begun === 0 ? this.at : 0;
      const size = prefix.read(bytes, from);
      if (begun > 0) this.#part.push(bytes.subarray(0, begun));
      this.#expect(Math.max(size, this.#part.size + 1));
      if (size > 0) {
        this.#taken(this.at, this.at + size - begun);
        return prefix.length;
      }
      if (!this.#turn()) return undefined;
    }
  }

  protected override opened(): void {
    this.#start = 0;
  }

  #next(): Frame | undefined {
    if (this.#waiting !== undefined) {
      if (!this.#waiting.poll()) return undefined;
      this.#waiting = undefined;
    } else if (this.#frame === undefined) {
      if (!this.ready()) return undefined;
      this.#start = this.at;
      this.#frame = this.#read(this);
    }
    const result = this.#frame?.next();
    if (result?.done !== true) {
      if (result?.value === this && this.#waiting !== undefined) return undefined;
      throw new TypeError(`the generator yields ${described(result?.value)}: write yield* before each request`);
    }
    this.#checkYielded();
    if (this.#size() === 0) throw new Error('the generator returned a frame without having read a byte');
    if (result.value === undefined) throw new TypeError('the generator returned undefined, which is not a frame');
    this.#frame = undefined;
    this.#buffers.clear();
    this.begun.clear();
    this.#start = this.at;
    return result.value;
  }

  /** How many bytes of the present frame were read. */
  #size(): number {
    return this.begun.size + this.at - this.#start;
  }

  /** Throws a `LengthLimitError` if this many more bytes make the frame too long. */
  #expect(more: number): void {
    const size = this.#size() + more;
    if (size > this.#maxLength) throw new LengthLimitError(size, this.#maxLength);
  }

  #checkCount(length: number): void {
    if (!Number.isInteger(length) || length < 0)
      throw new FramingError(`a count of bytes is ${described(length)}, not a whole number of at least 0`);
    this.#expect(length);
  }

  /** The index behind the next delimiter in the chunk; -1 if there is none. */
  #find(ending: Buffer): number {
    const { chunk, at } = this;
    const edge = this.#edge;
    if (edge.length > 0) {
      const seam = Buffer.concat([edge, chunk.subarray(at, at + ending.length - 1)]);
      const across = seam.indexOf(ending);
      if (across >= 0) return at + across + ending.length - edge.length;
    }
    return behind(chunk, at, ending);
  }

  /** What is asked for, up to an index of the chunk. */
  #taken(from: number, end: number): Buffer {
    this.at = end;
    const earlier = this.#part.size;
    if (earlier === 0) return this.chunk.subarray(from, end);
    const whole = this.#part.join(this.chunk.subarray(from, end));
    this.begun.push(whole.subarray(0, earlier));
    return whole;
  }

  /** Turns to the next chunk, and keeps what the frame has of this one. Returns false if there is none. */
  #turn(): boolean {
    const { chunk, at } = this;
    this.begun.push(chunk.subarray(this.#start, at));
    this.#part.push(chunk.subarray(at));
    this.at = chunk.length;
    this.#start = chunk.length;
    return this.ready();
  }

  #close(): void {
    const frame = this.#frame;
    this.#frame = undefined;
    this.#waiting = undefined;
    this.#asked = undefined;
    for (const answers of [this.#buffers, this.#texts, this.#numbers]) answers.clear();
    // What it still does to clean up cannot ask for bytes.
    frame?.return(undefined);
  }
}
