import { Decoder } from '../framing/decoder.ts';

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
  /** Settles at the end of the frames: the iteration ends, or throws the error. */
  end(error: Error | undefined): void;
}

/** Stands for the functions of a promise until its constructor provides them. */
function unset(): void {}

/** A pull for a frame of a decoder, with the promise that `next()` of an iterator returns. */
export class FramePull<Frame> implements Pull {
  /** What `next()` returns. */
  readonly promise: Promise<IteratorResult<Frame, undefined>>;
  readonly #decoder: Decoder<Frame>;
  #resolve: (result: IteratorResult<Frame, undefined>) => void = unset;
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
      const value = this.#decoder.next();
      if (value === undefined) return false;
      this.#resolve({ done: false, value });
    } catch (error) {
      this.#reject(error);
    }
    return true;
  }

  /** Rejects. If the program does not await the promise after all, that must not end the process. */
  #reject(error: unknown): void {
    this.promise.catch(() => {});
    this.#fail(error);
  }

  end(error: Error | undefined): void {
    if (error === undefined) this.#resolve({ done: true, value: undefined });
    else this.#reject(error);
  }
}
