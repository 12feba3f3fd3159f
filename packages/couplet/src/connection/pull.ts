import { Decoder } from '../framing/decoder.ts';
import { FramingError } from '../framing/errors.ts';

/** Decodes bytes as the network cut them: each chunk is a frame. */
export class Chunks extends Decoder<Buffer> {
  next(): Buffer | undefined {
    if (!this.ready()) return undefined;
    const chunk = this.at === 0 ? this.chunk : this.chunk.subarray(this.at);
    this.at = this.chunk.length;
    return chunk;
  }
}

/** A read that waits for a frame. */
export interface Pull {
  /** Settles if the frame is there, or cannot come. Returns false if it needs more bytes. */
  settle(): boolean;
  /** Settles at the end of the input: it was cut for that reason, or else is whole, with that number of bytes behind the last frame. */
  end(cut: Error | undefined, held: number): void;
}

/** Stands for the functions of a promise until its constructor provides them. */
function unset(): void {}

/** A pull for a frame of a decoder, with a promise of what is to be read. */
export abstract class WaitingPull<Frame, Read> implements Pull {
  readonly promise: Promise<Read>;
  readonly #decoder: Decoder<Frame>;
  #resolve: (read: Read) => void = unset;
  #fail: (error: unknown) => void = unset;

  constructor(decoder: Decoder<Frame>) {
    this.#decoder = decoder;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#fail = reject;
    });
  }

  settle(): boolean {
    try {
      const frame = this.#decoder.next();
      if (frame === undefined) return false;
      this.resolve(this.read(frame));
    } catch (error) {
      this.reject(error);
    }
    return true;
  }

  end(cut: Error | undefined, held: number): void {
    if (cut === undefined) this.ended(held);
    else this.reject(cut);
  }

  /** Rejects. If the program does not await the promise after all, that must not end the process. */
  reject(error: unknown): void {
    this.promise.catch(unset);
    this.#fail(error);
  }

  protected resolve(read: Read): void {
    this.#resolve(read);
  }

  /** Returns what a frame is read as. */
  protected abstract read(frame: Frame): Read;

  /** Settles at the end of the input. */
  protected abstract ended(held: number): void;
}

/** A pull of an iterator: the promise is what its `next()` returns. */
export class FramePull<Frame> extends WaitingPull<Frame, IteratorResult<Frame, undefined>> {
  protected override read(value: Frame): IteratorResult<Frame, undefined> {
    return { done: false, value };
  }

  protected override ended(held: number): void {
    if (held === 0) this.resolve({ done: true, value: undefined });
    else this.reject(new FramingError(`the input ended inside a frame, ${held} bytes after its beginning`));
  }
}
