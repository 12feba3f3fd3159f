import { EMPTY } from '../bytes/chunk.ts';
import { checkLimit, Decoder } from './decoder.ts';
import { LineTooLongError } from './errors.ts';
import type { LineReader } from './line-reader.ts';

/** The usual delimiter, shared by all decoders. */
const CRLF = Buffer.from('\r\n');
const CR = 13;

/**
 * The number of bytes of a chunk that are first converted to a string; it doubles each time. So it costs little to begin anew in
 * the same chunk, with another delimiter or after raw bytes.
 */
const WINDOW = 2048;

/** What ends a line: bytes, or a string that stands for its UTF-8; or a list of them, of which each ends with the shortest. */
export type LineDelimiter = Uint8Array | string | readonly (Uint8Array | string)[];

/**
 * Finds lines, each without its delimiter. The search is in strings, which is much faster than in a buffer, and no byte is searched
 * twice, except for those at the edge of a chunk where a delimiter may begin.
 */
export class LineDecoder<Line> extends Decoder<Line> {
  readonly #reader: LineReader<Line>;
  #delimiter: LineDelimiter;
  /** The delimiters as strings of one character for each byte: the longest first, and last the shortest, with which the others end. */
  #endings: readonly string[];
  /** The shortest delimiter. */
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

  /** So was the last line that was asked for. */
  #exceeded = false;

  /** Throws a `RangeError` if the delimiter cannot be one, or if `maxLength` is not a number of at least 0. */
  constructor(reader: LineReader<Line>, delimiter: LineDelimiter = '\r\n', maxLength = 16_384) {
    super();
    this.#reader = reader;
    this.maxLength = maxLength;
    this.#delimiter = delimiter;
    this.#endings = endingsOf(delimiter);
    this.#needle = shortestOf(this.#endings);
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

  /** True if `line` has just returned undefined for a line that is too long. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /** What ends a line. A new one applies to every line that was not taken yet. Setting it throws a `RangeError` if it cannot be one. */
  get delimiter(): LineDelimiter {
    return this.#delimiter;
  }

  set delimiter(delimiter: LineDelimiter) {
    const endings = endingsOf(delimiter);
    this.#delimiter = delimiter;
    if (endings.length === this.#endings.length && endings.every((ending, at) => ending === this.#endings[at])) return;
    // The present line begins anew.
    this.unread(EMPTY);
    this.#endings = endings;
    this.#needle = shortestOf(endings);
    this.#ascii = isASCII(this.#needle);
  }

  /** The next line; undefined until more bytes come. Throws a `LineTooLongError`, once for each line that is too long. */
  override next(): Line | undefined {
    const line = this.line();
    if (line !== undefined || !this.#exceeded) return line;
    throw new LineTooLongError(`a line is longer than maxLength (${this.#maxLength} bytes)`);
  }

  /** The next line; undefined until more bytes come, or once, if `exceeded`, for each line that is too long. */
  line(): Line | undefined {
    if (this.#exceeded) this.#exceeded = false;
    if (this.#skipping && !this.skip()) return undefined;
    // Most lines lie within the part that is searched.
    const { at } = this;
    const from = at - this.#from;
    if (from >= 0 && this.begun.size === 0 && this.#endings.length === 1) {
      const end = indexOf(this.#text, this.#needle, from);
      if (end >= 0) {
        this.at = this.#from + end + this.#needle.length;
        if (end - from > this.#maxLength) return this.#refuse();
        return this.#reader.cut(this.chunk, this.#from, this.#text, at, this.#from + end);
      }
    }
    while (this.ready()) {
      const end = this.#find();
      if (end !== undefined) return this.#take(end);
      if (!this.#keep()) return this.#refuse();
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
   * Takes the next `length` bytes at once, whatever they are, and drops `trailing` bytes behind them; undefined until all are there. May
   * be called between lines, and then with the same numbers until it has returned them.
   */
  take(length: number, trailing: number): Buffer | undefined {
    return this.skip() ? this.whole(length, trailing) : undefined;
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

  /** How many bytes may lie before the last byte of a delimiter that belong to it. */
  #reach(): number {
    return (this.#endings[0] ?? '').length - 1;
  }

  /** The index in the chunk where the next shortest delimiter begins; below 0 if it begins in an earlier chunk. */
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
      const within = indexOf(this.#text, this.#needle, this.at - this.#from);
      if (within >= 0) return this.#from + within;
      const to = this.#from + this.#text.length;
      if (to === this.chunk.length) return undefined;
      this.#open(to - this.#reach(), 2 * this.#text.length);
    }
  }

  #open(from: number, size: number): void {
    const to = Math.min(this.chunk.length, from + this.#reach() + 1 + size);
    this.#text = this.#reader.open(this.chunk, from, to, this.#ascii);
    this.#from = from;
  }

  /** Takes the line whose delimiter, or the end of it that is the shortest one, begins at this index. */
  #take(at: number): Line | undefined {
    const begun = this.begun.size;
    const from = this.at;
    const end = this.#endings.length === 1 ? at : at - this.#before(at);
    const size = begun + end - from;
    this.#end(at);
    if (size > this.#maxLength) {
      this.begun.clear();
      return this.#refuse();
    }
    if (begun === 0 && from >= this.#from) return this.#reader.cut(this.chunk, this.#from, this.#text, from, end);
    if (begun === 0) return this.#reader.whole(this.chunk.subarray(from, end));
    const bytes = this.begun.join(this.chunk.subarray(0, Math.max(0, end)));
    return this.#reader.whole(bytes.subarray(0, size));
  }

  /** How many bytes before this index belong to the delimiter: those of the longest one whose end begins there. */
  #before(at: number): number {
    for (const ending of this.#endings) {
      const size = ending.length - this.#needle.length;
      const start = at - size;
      // The text reaches back as far as a delimiter does, unless its chunk begins later.
      const found =
        start >= this.at
          ? this.#text.startsWith(ending, start - this.#from)
          : start + this.#edge.length >= 0 &&
            this.#edge !== '' &&
            this.#seam().startsWith(ending, start + this.#edge.length);
      if (found) return size;
    }
    return 0;
  }

  /** The end of the earlier chunks, and the beginning of this one, as far as a delimiter across them reaches. */
  #seam(): string {
    return this.#edge + this.#text.slice(0, this.#reach());
  }

  /** A line ends at this index: the next one begins behind its delimiter. */
  #end(end: number): void {
    this.at = end + this.#needle.length;
    this.#edge = '';
  }

  /** The rest of the chunk does not contain a delimiter: keeps it as a part of the line. Returns false if that is too long in any case. */
  #keep(): boolean {
    const { chunk, at } = this;
    const overlap = this.#reach();
    this.at = chunk.length;
    if (overlap > 0)
      this.#edge = (this.#edge + this.#text.slice(Math.max(at, chunk.length - overlap) - this.#from)).slice(-overlap);
    if (this.#skipping) return true;
    this.begun.push(chunk.subarray(at));
    if (this.begun.size <= this.#maxLength || this.begun.size - this.#promised() <= this.#maxLength) return true;
    this.begun.clear();
    this.#skipping = true;
    return false;
  }

  #refuse(): undefined {
    this.#exceeded = true;
    return undefined;
  }

  /** How many of the last bytes may be the beginning of a delimiter. */
  #promised(): number {
    let size = this.#edge.length;
    const begins = (last: string): boolean => this.#endings.some((ending) => ending.startsWith(last));
    while (!begins(this.#edge.slice(this.#edge.length - size))) size -= 1;
    return size;
  }
}

/** The index of the next delimiter in a text. The runtime finds one character much faster than two. */
function indexOf(text: string, needle: string, from: number): number {
  if (needle !== '\r\n') return text.indexOf(needle, from);
  let end = text.indexOf('\n', from + 1);
  while (end >= 0 && text.charCodeAt(end - 1) !== CR) end = text.indexOf('\n', end + 1);
  return end < 0 ? -1 : end - 1;
}

/** Returns the bytes of a delimiter. Throws a `RangeError` if it is empty. */
export function endingOf(delimiter: Uint8Array | string): Buffer {
  if (delimiter.length === 0) throw new RangeError('the delimiter is empty');
  return delimiter === '\r\n' ? CRLF : Buffer.from(delimiter);
}

/** What all decoders have that are given no delimiter. */
const USUAL: readonly string[] = ['\r\n'];

/**
 * Returns delimiters as strings of one character for each byte, the longest first. Throws a `RangeError` if there is none, if one is
 * empty, or if one does not end with the shortest, or has it before its end too: it would never be found.
 */
function endingsOf(delimiter: LineDelimiter): readonly string[] {
  if (delimiter === '\r\n') return USUAL;
  const list = typeof delimiter === 'string' || delimiter instanceof Uint8Array ? [delimiter] : delimiter;
  const endings = list.map((one) => endingOf(one).toString('latin1')).sort((one, other) => other.length - one.length);
  const shortest = shortestOf(endings);
  for (const ending of endings)
    if (ending.indexOf(shortest) !== ending.length - shortest.length)
      throw new RangeError(
        `delimiter ${JSON.stringify(ending)} does not have the shortest, ${JSON.stringify(shortest)}, as its end alone`,
      );
  return endings;
}

function shortestOf(endings: readonly string[]): string {
  const shortest = endings.at(-1);
  if (shortest === undefined) throw new RangeError('the list of delimiters is empty');
  return shortest;
}

function isASCII(needle: string): boolean {
  for (let at = 0; at < needle.length; at += 1) if (needle.charCodeAt(at) > 127) return false;
  return true;
}
