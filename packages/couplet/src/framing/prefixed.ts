import { EMPTY } from '../bytes/chunk.ts';
import { checkLimit, Decoder } from './decoder.ts';
import { LengthLimitError } from './errors.ts';

/** How a format expresses the length of the string that follows. */
export interface Prefix {
  /** The most bytes of a prefix. */
  readonly most: number;
  /** How many bytes of the format follow each string. */
  readonly trailer: 0 | 1;
  /** The length that the last prefix expressed. */
  length: number;
  /**
   * Reads the prefix that begins at `from`, and returns how many bytes it has; 0 if it does not end within `bytes`. Throws a
   * `FramingError` at the first byte that cannot belong to a prefix.
   */
  read(bytes: Buffer, from: number, maxLength: number): number;
  /**
   * The prefix of a string of `length` bytes, which must not be changed. Throws a `StringTooLongError` if it cannot be expressed.
   */
  write(length: number): Buffer;
  /** Throws a `FramingError` unless that is the byte of the trailer. */
  checkTrailer(byte: number | undefined): void;
}

/** Prefixes of strings shorter than this are made once: a new buffer costs as much as the rest of sending a short string. */
const SHORT = 256;

/** Returns a function that calls `make`, and remembers its results for short strings. */
export function remembering(make: (length: number) => Buffer): (length: number) => Buffer {
  const made: Buffer[] = [];
  return (length) => {
    if (length >= SHORT) return make(length);
    made[length] ??= make(length);
    return made[length];
  };
}

/** Finds strings that follow their length. */
export class PrefixedDecoder extends Decoder<Buffer> {
  readonly #prefix: Prefix;
  #maxLength = 0;
  /** A prefix was read, but not the string behind it. */
  #announced = false;
  /** How many bytes of a string that is too long have yet to be dropped. */
  #skipped = 0;
  /** Why the rest of the stream cannot be understood. */
  #failure: unknown;

  /** Throws a `RangeError` unless `maxLength` is a number of at least 0. */
  constructor(prefix: Prefix, maxLength = 99_999) {
    super();
    this.#prefix = prefix;
    this.maxLength = maxLength;
  }

  /**
   * The most bytes of a string. May be set between strings. Setting it throws a `RangeError` unless it is a number of at least 0.
   */
  get maxLength(): number {
    return this.#maxLength;
  }

  set maxLength(maxLength: number) {
    checkLimit(maxLength);
    this.#maxLength = maxLength;
  }

  /**
   * The next string; undefined until more bytes come. Throws a `LengthLimitError`, once for each string that is too long, and the
   * error of the format for bytes that it does not allow; that one each time from then on.
   */
  override next(): Buffer | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      while (this.ready()) {
        if (this.#skipped > 0) this.#skip();
        else if (!this.#announced) {
          this.#readPrefix();
          if (this.#announced && this.#total() === 0) return this.#take(EMPTY);
        } else {
          const string = this.#readString();
          if (string !== undefined) return string;
        }
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof LengthLimitError)) this.#failure = error;
      throw error;
    }
  }

  override get held(): number {
    return super.held + this.#announcement().length;
  }

  override rest(): Buffer {
    const announcement = this.#announcement();
    this.#announced = false;
    this.#skipped = 0;
    const rest = super.rest();
    return announcement.length === 0 ? rest : Buffer.concat([announcement, rest]);
  }

  /** How many bytes follow the prefix that was read last. */
  #total(): number {
    return this.#prefix.length + this.#prefix.trailer;
  }

  /** Reads a prefix. If it is not whole, no byte is left unread. */
  #readPrefix(): void {
    const prefix = this.#prefix;
    const begun = this.begun.size;
    // A prefix is short, so joining its pieces anew with each chunk costs next to nothing.
    const bytes = begun === 0 ? this.chunk : this.begun.join(this.chunk.subarray(this.at, this.at + prefix.most));
    const from = begun === 0 ? this.at : 0;
    const size = prefix.read(bytes, from, this.#maxLength);
    if (size === 0) {
      this.begun.push(bytes.subarray(from));
      this.at = this.chunk.length;
      return;
    }
    this.at += size - begun;
    if (prefix.length > this.#maxLength) {
      this.#skipped = prefix.length;
      throw new LengthLimitError(prefix.length, this.#maxLength);
    }
    this.#announced = true;
  }

  /** The string behind the prefix. Undefined if it is not whole; then no byte is left unread. */
  #readString(): Buffer | undefined {
    const bytes = this.whole(this.#total());
    return bytes === undefined ? undefined : this.#take(bytes);
  }

  /** The string without its trailer. */
  #take(bytes: Buffer): Buffer {
    const { length, trailer } = this.#prefix;
    this.#announced = false;
    if (trailer === 0) return bytes;
    this.#prefix.checkTrailer(bytes[length]);
    return bytes.subarray(0, length);
  }

  #skip(): void {
    const size = Math.min(this.#skipped, this.chunk.length - this.at);
    this.#skipped -= size;
    this.at += size;
  }

  /** The prefix of a string that is not whole yet. */
  #announcement(): Buffer {
    return this.#announced ? this.#prefix.write(this.#prefix.length) : EMPTY;
  }
}
