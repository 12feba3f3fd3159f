import { EMPTY } from '../bytes/chunk.ts';
import { checkLimit, Decoder } from './decoder.ts';
import { LineTooLongError } from './errors.ts';
import type { LineReader } from './line-reader.ts';

/** The usual delimiter, shared by all decoders. */
const CRLF = Buffer.from('\r\n');

/**
 * The number of bytes of a chunk that are first converted to a string; it doubles each time. So it costs little to begin anew in
 * the same chunk, with another delimiter or after raw bytes.
 */
const WINDOW = 2048;

/**
 * Finds lines, each without its delimiter. The search is in strings, which is much faster than in a buffer, and no byte is searched
 * twice, except for those at the edge of a chunk where a delimiter may begin.
 */
export class LineDecoder<Line> extends Decoder<Line> {
  readonly #reader: LineReader<Line>;
  #delimiter: Uint8Array | string;
  /** The bytes of the delimiter. */
  #ending: Buffer;
  /** The delimiter as a string of one character for each byte. */
  #needle: string;
  #ascii: boolean;
  #maxLength = 0;
  /** The part of the chunk that is being searched, one character for each byte; empty until the chunk is searched. */
  #text = '';
  /** Where that part begins in the chunk. */
  #from = 0;
  /** The last bytes of the present line from earlier chunks: its delimiter may begin there. */
  #edge = '';
  /** The line is too long: it is dropped up to and including its delimiter. */
  #skipping = false;

  /** Throws a `RangeError` if the delimiter is empty, or if `maxLength` is not a number of at least 0. */
  constructor(reader: LineReader<Line>, delimiter: Uint8Array | string = '\r\n', maxLength = 16_384) {
    super();
    this.#reader = reader;
    this.maxLength = maxLength;
    this.#delimiter = delimiter;
    this.#ending = endingOf(delimiter);
    this.#needle = this.#ending.toString('latin1');
    this.#ascii = isASCII(this.#needle);
  }

  /**
   * The most bytes of a line, without its delimiter. May be set between lines. Setting it throws a `RangeError` unless it is a
   * number of at least 0.
   */
  get maxLength(): number {
    return this.#maxLength;
  }

  set maxLength(maxLength: number) {
    checkLimit(maxLength);
    this.#maxLength = maxLength;
  }

  /** What ends a line. A new one applies to every line that was not taken yet. Setting it throws a `RangeError` if it is empty. */
  get delimiter(): Uint8Array | string {
    return this.#delimiter;
  }

  set delimiter(delimiter: Uint8Array | string) {
    const ending = endingOf(delimiter);
    this.#delimiter = delimiter;
    if (ending.equals(this.#ending)) return;
    // The present line begins anew.
    this.unread(EMPTY);
    this.#ending = ending;
    this.#needle = ending.toString('latin1');
    this.#ascii = isASCII(this.#needle);
  }

  /** The next line; undefined until more bytes come. Throws a `LineTooLongError`, once for each line that is too long. */
  override next(): Line | undefined {
    if (!this.skip()) return undefined;
    while (this.ready()) {
      const end = this.#find();
      if (end !== undefined) return this.#take(end);
      this.#keep();
    }
    return undefined;
  }

  /** Drops the rest of a line that is too long, if there is one. Returns false until its delimiter has arrived. */
  skip(): boolean {
    while (this.#skipping && this.ready()) {
      const end = this.#find();
      if (end === undefined) this.#keep();
      else {
        this.#end(end);
        this.#skipping = false;
      }
    }
    return !this.#skipping;
  }

  /**
   * Takes the next `length` bytes at once, whatever they are; undefined until all are there. May be called between lines, and then
   * with the same number until it has returned them.
   */
  take(length: number): Buffer | undefined {
    return this.skip() ? this.whole(length) : undefined;
  }

  /** Takes some of the next bytes, at most `most`, whatever they are; undefined if there is none. May be called between lines. */
  takeSome(most: number): Buffer | undefined {
    if (!this.skip() || !this.ready()) return undefined;
    const from = this.at;
    this.at = Math.min(from + most, this.chunk.length);
    return this.chunk.subarray(from, this.at);
  }

  override rest(): Buffer {
    this.#edge = '';
    this.#skipping = false;
    return super.rest();
  }

  protected override opened(): void {
    this.#text = '';
  }

  /** The index in the chunk where the next delimiter begins; below 0 if it begins in an earlier chunk. */
  #find(): number | undefined {
    const overlap = this.#needle.length - 1;
    // What lies behind the text was taken without a search.
    if (this.#text === '' || this.at > this.#from + this.#text.length) this.#open(this.at, WINDOW);
    if (this.#edge !== '') {
      const seam = this.#edge + this.#text.slice(0, overlap);
      const across = seam.indexOf(this.#needle);
      if (across >= 0) return across - this.#edge.length;
    }
    for (;;) {
      const within = this.#text.indexOf(this.#needle, this.at - this.#from);
      if (within >= 0) return this.#from + within;
      const to = this.#from + this.#text.length;
      if (to === this.chunk.length) return undefined;
      this.#open(to - overlap, 2 * this.#text.length);
    }
  }

  #open(from: number, size: number): void {
    const to = Math.min(this.chunk.length, from + this.#needle.length + size);
    this.#text = this.#reader.open(this.chunk, from, to, this.#ascii);
    this.#from = from;
  }

  /** Takes the line that ends at this index. */
  #take(end: number): Line {
    const begun = this.begun.size;
    const from = this.at;
    const size = begun + end - from;
    this.#end(end);
    if (size > this.#maxLength) {
      this.begun.clear();
      throw this.#tooLong();
    }
    if (begun === 0 && from >= this.#from) return this.#reader.cut(this.chunk, this.#from, this.#text, from, end);
    if (begun === 0) return this.#reader.whole(this.chunk.subarray(from, end));
    const bytes = this.begun.join(this.chunk.subarray(0, Math.max(0, end)));
    return this.#reader.whole(bytes.subarray(0, size));
  }

  /** A line ends at this index: the next one begins behind its delimiter. */
  #end(end: number): void {
    this.at = end + this.#needle.length;
    this.#edge = '';
  }

  /** The rest of the chunk does not contain a delimiter: keeps it as a part of the line, unless that is too long in any case. */
  #keep(): void {
    const { chunk, at } = this;
    const overlap = this.#needle.length - 1;
    this.at = chunk.length;
    if (overlap > 0)
      this.#edge = (this.#edge + this.#text.slice(Math.max(at, chunk.length - overlap) - this.#from)).slice(-overlap);
    if (this.#skipping) return;
    this.begun.push(chunk.subarray(at));
    if (this.begun.size <= this.#maxLength || this.begun.size - this.#promised() <= this.#maxLength) return;
    this.begun.clear();
    this.#skipping = true;
    throw this.#tooLong();
  }

  /** How many of the last bytes may be the beginning of the delimiter. */
  #promised(): number {
    let size = this.#edge.length;
    while (!this.#needle.startsWith(this.#edge.slice(this.#edge.length - size))) size -= 1;
    return size;
  }

  #tooLong(): LineTooLongError {
    return new LineTooLongError(`a line is longer than maxLength (${this.#maxLength} bytes)`);
  }
}

/** Returns the bytes of a delimiter. Throws a `RangeError` if it is empty. */
export function endingOf(delimiter: Uint8Array | string): Buffer {
  if (delimiter.length === 0) throw new RangeError('the delimiter is empty');
  return delimiter === '\r\n' ? CRLF : Buffer.from(delimiter);
}

function isASCII(needle: string): boolean {
  for (let at = 0; at < needle.length; at += 1) if (needle.charCodeAt(at) > 127) return false;
  return true;
}
