// Exercise 5: strings behind a length of three bytes.
//
// A frame is its length as three bytes, the highest first, and then that many bytes. This decoder is right as long as each chunk
// has whole frames in it, which TCP does not promise. A frame of more than `maxLength` bytes must be refused by a `LengthLimitError` as
// soon as its length is known. (Two ways are described in the how-to page on framing: a class, and a generator.)

import { Decoder } from 'couplet/framing';

export const maxLength = 100_000;

class Strings extends Decoder<Buffer> {
  next(): Buffer | undefined {
    if (!this.ready()) return undefined;
    const length = this.chunk.readUIntBE(this.at, 3);
    const string = this.chunk.subarray(this.at + 3, this.at + 3 + length);
    this.at += 3 + length;
    return string;
  }
}

/** Returns a decoder of such frames. */
export function strings(): Decoder<Buffer> {
  return new Strings();
}
