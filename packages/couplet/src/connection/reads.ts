import { EMPTY } from '../bytes/chunk.ts';
import { Decoder } from '../framing/decoder.ts';
import { IncompleteReadError, LengthLimitError, LineTooLongError } from '../framing/errors.ts';
import { endingOf } from '../framing/line-decoder.ts';
import { checkAtLeast, checkWhole } from '../values/checks.ts';
import { WaitingPull } from './pull.ts';

/** Options of `readExactly` and `readUntil` of a `Connection`. */
export interface ReadOptions {
  /**
   * The most bytes that the read may return, at least 0; 1,048,576 (1 MiB) unless set for `readExactly`, and 16,384 for `readUntil`.
   * `Infinity` sets no limit.
   */
  readonly maxLength?: number;
  /** Ends the read when it is aborted: the promise rejects with its reason. What has arrived is left for the next read. */
  readonly signal?: AbortSignal;
}

/** Decodes one frame of a number of bytes. */
export class Exactly extends Decoder<Buffer> {
  readonly #length: number;
  readonly #maxLength: number;

  /** Throws a `RangeError` if one of them is out of range. */
  constructor(length: number, maxLength = 1_048_576) {
    super();
    checkAtLeast('maxLength', maxLength, 0);
    checkWhole('length', length, 0, Number.MAX_SAFE_INTEGER);
    this.#length = length;
    this.#maxLength = maxLength;
  }

  next(): Buffer | undefined {
    if (this.#length > this.#maxLength) throw new LengthLimitError(this.#length, this.#maxLength);
    return this.whole(this.#length);
  }
}

/** Decodes one frame that a delimiter ends. One that is too long is left whole to the next decoder, however it was cut. */
export class Until extends Decoder<Buffer> {
  readonly #ending: Buffer;
  readonly #maxLength: number;
  /** The last bytes of earlier chunks, in which the delimiter may begin. */
  #edge: Buffer = EMPTY;

  /** Throws a `RangeError` if the delimiter is empty, or if `maxLength` is not a number of at least 0. */
  constructor(delimiter: Uint8Array | string, maxLength = 16_384) {
    super();
    checkAtLeast('maxLength', maxLength, 0);
    this.#ending = endingOf(delimiter);
    this.#maxLength = maxLength;
  }

  next(): Buffer | undefined {
    const overlap = this.#ending.length - 1;
    while (this.ready()) {
      const { chunk, at } = this;
      const begun = this.begun.size;
      const end = this.#find();
      // Without a delimiter in it, its last bytes may still begin one.
      const size = begun + (end ?? chunk.length - overlap) - at;
      if (size > this.#maxLength)
        throw new LineTooLongError(`the delimiter does not follow within maxLength (${this.#maxLength} bytes)`);
      if (end !== undefined) {
        this.at = end + this.#ending.length;
        if (begun === 0) return chunk.subarray(at, end);
        return this.begun.join(chunk.subarray(at, this.at)).subarray(0, size);
      }
      const piece = chunk.subarray(at);
      this.#edge = overlap === 0 ? EMPTY : Buffer.concat([this.#edge, piece.subarray(-overlap)]).subarray(-overlap);
      this.begun.push(piece);
      this.at = chunk.length;
    }
    return undefined;
  }

  /** The index in the chunk where the next delimiter begins; below `at` if it begins in an earlier chunk. */
  #find(): number | undefined {
    const { chunk, at } = this;
    const edge = this.#edge;
    if (edge.length > 0) {
      const seam = Buffer.concat([edge, chunk.subarray(at, at + this.#ending.length - 1)]);
      const across = seam.indexOf(this.#ending);
      if (across >= 0) return at + across - edge.length;
    }
    const within = chunk.indexOf(this.#ending, at);
    return within < 0 ? undefined : within;
  }
}

/** A read of one frame, which has to be there. */
export class ReadPull<Frame> extends WaitingPull<Frame, Frame> {
  readonly #decoder: Decoder<Frame>;

  constructor(decoder: Decoder<Frame>) {
    super(decoder);
    this.#decoder = decoder;
  }

  protected override read(frame: Frame): Frame {
    return frame;
  }

  protected override ended(held: number): void {
    this.reject(new IncompleteReadError(held === 0 ? EMPTY : this.#decoder.rest()));
  }
}
