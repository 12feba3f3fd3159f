import { chunkOf } from '../bytes/chunk.ts';
import type { Decoder } from './decoder.ts';
import { StringTooLongError, VarintParseError } from './errors.ts';
import type { StringsOptions } from './netstrings.ts';
import type { Prefix } from './prefixed.ts';
import { PrefixedDecoder, remembering } from './prefixed.ts';

/** The number of bytes of a big-endian length. */
export type PrefixBytes = 1 | 2 | 4;

const prefixOf = {
  1: /* @__PURE__ */ prefixer(1),
  2: /* @__PURE__ */ prefixer(2),
  4: /* @__PURE__ */ prefixer(4),
};

function prefixer(bytes: PrefixBytes): (length: number) => Buffer {
  return remembering((length) => {
    const prefix = Buffer.allocUnsafe(bytes);
    prefix.writeUIntBE(length, 0, bytes);
    return prefix;
  });
}

/** The length as a big-endian integer of 1, 2 or 4 bytes. */
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
      throw new StringTooLongError(
        `a string of ${length} bytes is longer than its length prefix allows (${this.#largest} bytes)`,
      );
    }
    return prefixOf[this.most](length);
  }

  checkTrailer(): void {}
}

/**
 * Returns a decoder of strings that each follow their length, a big-endian integer of 1, 2 or 4 bytes. A string is a view of the
 * chunk that brought it, and belongs to the caller.
 *
 * `next` throws a `LengthLimitError` as soon as a prefix announces more than `maxLength` bytes, once for each such string; the
 * decoder skips the string and goes on. `lengthPrefixed` throws a `RangeError` if `bytes` is not 1, 2 or 4, or if `maxLength` is
 * not a number of at least 0.
 */
export function lengthPrefixed(bytes: PrefixBytes, { maxLength }: StringsOptions = {}): Decoder<Buffer> {
  return new PrefixedDecoder(new IntegerPrefix(bytes), maxLength);
}

/**
 * Returns the given bytes behind their length, a big-endian integer of 1, 2 or 4 bytes. A string is encoded in UTF-8. The result
 * is a copy. Throws a `StringTooLongError` if the length does not fit into the prefix, a `RangeError` if `prefixBytes` is not 1,
 * 2 or 4, and a `TypeError` for anything else than bytes or a string.
 */
export function encodeLengthPrefixed(prefixBytes: PrefixBytes, string: Uint8Array | string): Buffer {
  const bytes = chunkOf(string);
  return Buffer.concat([new IntegerPrefix(prefixBytes).write(bytes.length), bytes]);
}

/** The most bytes of an unsigned varint, by its specification. */
const MOST = 9;

/** The length as an unsigned varint: seven bits in each byte, the lowest first; all bytes but the last have the high bit. */
export class VarintPrefix implements Prefix {
  readonly most: number;
  readonly trailer = 0;
  length = 0;

  /** `most` is the most bytes that one may have. */
  constructor(most: number = MOST) {
    this.most = most;
  }

  read(bytes: Buffer, from: number): number {
    let length = 0;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      const size = at + 1 - from;
      length += (byte & 0x7f) * 2 ** (7 * (size - 1));
      if (length > Number.MAX_SAFE_INTEGER) throw new VarintParseError('a varint is larger than 2^53 - 1');
      if (byte < 0x80) {
        if (byte === 0 && size > 1) throw new VarintParseError('a varint has more bytes than it needs');
        this.length = length;
        return size;
      }
      if (size === this.most) throw new VarintParseError(`a varint has more than ${this.most} bytes`);
    }
    return 0;
  }

  write(length: number): Buffer {
    const bytes: number[] = [];
    let left = length;
    for (; left > 0x7f; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
    bytes.push(left);
    return Buffer.from(bytes);
  }

  checkTrailer(): void {}
}

/**
 * Returns a decoder of strings that each follow their length, an unsigned varint
 * (https://github.com/multiformats/unsigned-varint). Protocol Buffers delimit messages in this way too. A string is a view of the
 * chunk that brought it, and belongs to the caller.
 *
 * `next` throws a `LengthLimitError` as soon as a prefix announces more than `maxLength` bytes, once for each such string; the
 * decoder skips the string and goes on. It throws a `VarintParseError`, each time from then on, for a varint that is longer than
 * it needs to be, has more than 9 bytes, or is greater than 2^53 - 1. `varintPrefixed` throws a `RangeError` if `maxLength` is
 * not a number of at least 0.
 */
export function varintPrefixed({ maxLength }: StringsOptions = {}): Decoder<Buffer> {
  return new PrefixedDecoder(new VarintPrefix(), maxLength);
}

/**
 * Returns the given bytes behind their length as an unsigned varint. A string is encoded in UTF-8. The result is a copy. Throws a
 * `TypeError` for anything else than bytes or a string.
 */
export function encodeVarintPrefixed(string: Uint8Array | string): Buffer {
  const bytes = chunkOf(string);
  return Buffer.concat([new VarintPrefix().write(bytes.length), bytes]);
}
