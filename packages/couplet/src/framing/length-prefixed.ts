import { chunkOf } from '../bytes/chunk.ts';
import type { Decoder } from './decoder.ts';
import { StringTooLongError } from './errors.ts';
import type { StringsOptions } from './netstrings.ts';
import { type Prefix, remembering } from './prefix.ts';
import { PrefixedDecoder } from './prefixed-decoder.ts';

/** How many bytes a big-endian length may have. */
export type PrefixBytes = 1 | 2 | 4;

const prefixOf = { 1: prefixer(1), 2: prefixer(2), 4: prefixer(4) };

function prefixer(bytes: PrefixBytes): (length: number) => Buffer {
  return remembering((length) => {
    const prefix = Buffer.allocUnsafe(bytes);
    prefix.writeUIntBE(length, 0, bytes);
    return prefix;
  });
}

/** The length as a big-endian integer of so many bytes. */
export class IntegerPrefix implements Prefix {
  readonly most: PrefixBytes;
  readonly trailer = 0;
  length = 0;
  readonly #largest: number;

  /** Throws a `RangeError` for any other number of bytes. */
  constructor(bytes: PrefixBytes) {
    if (typeof bytes !== 'number' || !(bytes in prefixOf))
      throw new RangeError(`a length prefix has 1, 2 or 4 bytes, not ${bytes}`);
    this.most = bytes;
    this.#largest = 2 ** (8 * bytes) - 1;
  }

  read(bytes: Buffer, from: number): number {
    if (bytes.length - from < this.most) return 0;
    let length = 0;
    for (let at = from; at < from + this.most; at += 1) length = 256 * length + (bytes[at] as number);
    this.length = length;
    return this.most;
  }

  write(length: number): Buffer {
    if (length > this.#largest) {
      throw new StringTooLongError(`a string of ${length} bytes is longer than its prefix can say (${this.#largest})`);
    }
    return prefixOf[this.most](length);
  }

  checkTrailer(): void {}
}

/**
 * Decodes strings, each behind its length as a big-endian integer of 1, 2 or 4 bytes; a string is a view of its chunk. One
 * that is longer than `maxLength` throws a `LengthLimitError` as soon as its prefix is there, and is skipped. Throws a `RangeError` for
 * another prefix, and for a limit that is none.
 */
export function lengthPrefixed(bytes: PrefixBytes, { maxLength }: StringsOptions = {}): Decoder<Buffer> {
  return new PrefixedDecoder(new IntegerPrefix(bytes), maxLength);
}

/**
 * These bytes behind their length as a big-endian integer of 1, 2 or 4 bytes. A string is taken as UTF-8. Throws a
 * `StringTooLongError` for more bytes than such a prefix can say.
 */
export function encodeLengthPrefixed(prefixBytes: PrefixBytes, string: Uint8Array | string): Buffer {
  const bytes = chunkOf(string);
  return Buffer.concat([new IntegerPrefix(prefixBytes).write(bytes.length), bytes]);
}
