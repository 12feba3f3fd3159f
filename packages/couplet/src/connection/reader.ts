import type { Decoder } from '../framing/decoder.ts';
import type { Inlet } from './inlet.ts';

/** Iterates over the frames that a decoder finds in the input. Leaving a loop over it closes the connection. */
export class Reader<Frame> implements AsyncIterableIterator<Frame, undefined> {
  readonly #inlet: Inlet;
  readonly #decoder: Decoder<Frame>;

  constructor(inlet: Inlet, decoder: Decoder<Frame>) {
    this.#inlet = inlet;
    this.#decoder = decoder;
  }

  next(): Promise<IteratorResult<Frame, undefined>> {
    return this.#inlet.pull(this.#decoder);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#inlet.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
