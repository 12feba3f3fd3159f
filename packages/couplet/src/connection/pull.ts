import { Decoder } from '../framing/decoder.ts';

/** The bytes as the network cut them: each chunk is a frame, and no frame is ever begun. */
export class Chunks extends Decoder<Buffer> {
  next(): Buffer | undefined {
    if (!this.ready()) return undefined;
    const chunk = this.at === 0 ? this.chunk : this.chunk.subarray(this.at);
    this.at = this.chunk.length;
    return chunk;
  }
}

/** Somebody waits for a frame. */
export interface Pull {
  /** Settles when the frame is there, or can never be. False while it takes more bytes. */
  settle(): boolean;
  /** There are no more frames: the iteration ends, or throws the error. */
  end(error: Error | undefined): void;
}

/** Until the promise has said how it settles. */
function unset(): void {}

/** A pull on frames of that decoder, as the promise that `next()` of an iterator returned. */
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

  /** A frame that the program does not wait for after all must not end the process. */
  #reject(error: unknown): void {
    this.promise.catch(() => {});
    this.#fail(error);
  }

  end(error: Error | undefined): void {
    if (error === undefined) this.#resolve({ done: true, value: undefined });
    else this.#reject(error);
  }
}
