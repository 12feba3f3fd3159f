import { EMPTY } from '../bytes/chunk.ts';
import type { FrameInput, Requested } from './frame-input.ts';

/** Where requests find their bytes. Each method returns undefined until these have arrived. */
export interface InputSource extends FrameInput {
  take(length: number): Buffer | undefined;
  /** Passes at most `length` bytes, and returns how many are left of it. */
  pass(length: number): number;
  before(ending: Buffer): Buffer | undefined;
  number(ending: Buffer): number | undefined;
  integer(size: 1 | 2 | 4, little: boolean): number | undefined;
  shortest(maxBytes: number): number | undefined;
  /** The request is answered later: it is to be tried again when there are more bytes. */
  wait(request: Waiting): void;
}

/** A request that waits for bytes. */
export interface Waiting {
  /** Tries to answer it. */
  poll(): boolean;
}

/** What a generator delegates to: it is answered at once if the bytes are there, and tried again otherwise. */
export abstract class InputRequest<T> implements Requested<T>, Waiting {
  protected readonly source: InputSource;
  #answer: T | undefined;
  #answered = false;

  constructor(source: InputSource) {
    this.source = source;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<FrameInput, T> {
    if (!this.#answered && !this.poll()) {
      this.source.wait(this);
      return { done: false, value: this.source };
    }
    const value = this.#answer as T;
    this.#answered = false;
    // An answer keeps the chunk alive that it is a view of.
    this.#answer = undefined;
    return { done: true, value };
  }

  poll(): boolean {
    const answer = this.read();
    if (answer === undefined) return false;
    this.#answer = answer;
    this.#answered = true;
    return true;
  }

  /** Reads the answer; undefined until its bytes have arrived. */
  protected abstract read(): T | undefined;
}

export class BytesRequest extends InputRequest<Buffer> {
  length = 0;

  protected override read(): Buffer | undefined {
    return this.source.take(this.length);
  }
}

export class SkipRequest extends InputRequest<number> {
  left = 0;

  protected override read(): number | undefined {
    this.left = this.source.pass(this.left);
    return this.left === 0 ? 0 : undefined;
  }
}

export class UntilRequest extends InputRequest<Buffer> {
  ending: Buffer = EMPTY;

  protected override read(): Buffer | undefined {
    return this.source.before(this.ending);
  }
}

export class TextRequest extends InputRequest<string> {
  ending: Buffer = EMPTY;
  encoding: 'utf8' | 'latin1' = 'utf8';

  protected override read(): string | undefined {
    return this.source.before(this.ending)?.toString(this.encoding);
  }
}

export class DecimalRequest extends InputRequest<number> {
  ending: Buffer = EMPTY;

  protected override read(): number | undefined {
    return this.source.number(this.ending);
  }
}

export class IntegerRequest extends InputRequest<number> {
  size: 1 | 2 | 4 = 1;
  little = false;

  protected override read(): number | undefined {
    return this.source.integer(this.size, this.little);
  }
}

export class VarintRequest extends InputRequest<number> {
  maxBytes = 9;

  protected override read(): number | undefined {
    return this.source.shortest(this.maxBytes);
  }
}
