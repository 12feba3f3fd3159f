import type { FramingError } from '../framing/errors.ts';
import { LengthLimitError } from '../framing/errors.ts';
import type { PrefixBytes } from '../framing/length-prefixed.ts';
import { IntegerPrefix } from '../framing/length-prefixed.ts';
import type { DRY } from './framed-protocol.ts';
import type { AnyFactory, Result } from './protocol.ts';
import { StringReceiver } from './string-receiver.ts';

/** What the receivers of strings behind a big-endian length share. */
export abstract class IntNStringReceiver<F = AnyFactory> extends StringReceiver<F> {
  constructor(prefixBytes: PrefixBytes) {
    super(new IntegerPrefix(prefixBytes));
  }

  /** A string of `length` bytes is announced, more than `maxLength`. Closes the connection unless overridden; then it is skipped. */
  lengthLimitExceeded(_length: number): Result {
    this.transport.loseConnection();
  }

  protected override '~broken'(error: FramingError): Result | typeof DRY {
    if (error instanceof LengthLimitError) return this.lengthLimitExceeded(error.length);
    return super['~broken'](error);
  }
}

/** Receives strings of at most 255 bytes, each behind one byte that says its length: override `stringReceived`. */
export class Int8StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  constructor() {
    super(1);
  }
}

/** Receives strings of at most 65,535 bytes, each behind a big-endian length of two bytes: override `stringReceived`. */
export class Int16StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  constructor() {
    super(2);
  }
}

/** Receives strings, each behind a big-endian length of four bytes: override `stringReceived`. */
export class Int32StringReceiver<F = AnyFactory> extends IntNStringReceiver<F> {
  constructor() {
    super(4);
  }
}
