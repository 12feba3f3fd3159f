import { chunkOf } from '../bytes/chunk.ts';

/** The longest message: a fresh connection takes so much at once, so nobody has to wait for the peer. */
const MOST = 4096;

/** What a policy answers for a connection that it does not want, with what the peer is told before it is closed. */
export class Refused {
  /** Empty: the connection is closed without a word. */
  readonly message: Uint8Array;

  /** Copies the message; a string is sent as UTF-8. Throws a `RangeError` for more than 4,096 bytes. */
  constructor(message: Uint8Array | string = '') {
    this.message = Uint8Array.from(chunkOf(message));
    if (this.message.length > MOST) {
      throw new RangeError(`message has ${this.message.length} bytes, more than ${MOST}`);
    }
  }
}
