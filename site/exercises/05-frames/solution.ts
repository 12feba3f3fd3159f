// Exercise 5, solved by a generator: it asks for bytes, and goes on when they have come, in however many chunks.

import { type Decoder, decoder } from 'couplet/framing';

export const maxLength = 100_000;

/** Returns a decoder of such frames. */
export function strings(): Decoder<Buffer> {
  // The limit of a decoder counts all bytes of a frame, those of its length too.
  return decoder(
    function* (input) {
      const length = (yield* input.bytes(3)).readUIntBE(0, 3);
      return yield* input.bytes(length);
    },
    { maxLength: maxLength + 3 },
  );
}
