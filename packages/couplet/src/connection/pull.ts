import type { Decoder } from '../framing/decoder.ts';

/** Somebody waits for a frame. */
export interface Pull {
  /** Settles when the frame is there, or can never be. False while it takes more bytes. */
  settle(): boolean;
  /** There are no more frames: the iteration ends, or throws the error. */
  end(error: Error | undefined): void;
}

/** A pull on frames of that decoder, as the promise that `next()` of an iterator returned. */
export class FramePull<Frame> implements Pull {
  readonly #decoder: Decoder<Frame>;
  readonly #resolve: (result: IteratorResult<Frame, undefined>) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    decoder: Decoder<Frame>,
    resolve: (result: IteratorResult<Frame, undefined>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#decoder = decoder;
    this.#resolve = resolve;
    this.#reject = reject;
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

  end(error: Error | undefined): void {
    if (error === undefined) this.#resolve({ done: true, value: undefined });
    else this.#reject(error);
  }
}
