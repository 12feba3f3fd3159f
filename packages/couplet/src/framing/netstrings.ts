import { chunkOf } from '../bytes/chunk.ts';
import type { Decoder } from './decoder.ts';
import { NetstringParseError } from './errors.ts';
import type { Prefix } from './prefixed.ts';
import { PrefixedDecoder, remembering } from './prefixed.ts';

const ZERO = 0x30;
const COLON = 0x3a;
const COMMA = 0x2c;

const prefixOf = remembering((length) => Buffer.from(`${length}:`));

/** The byte that follows the content of each netstring. */
export const TRAILER: Buffer = Buffer.from([COMMA]);

/** Options of `netstrings`, `lengthPrefixed` and `varintPrefixed`. */
export interface StringsOptions {
  /** The most bytes of a string, at least 0; 99,999 unless set. `Infinity` sets no limit. */
  readonly maxLength?: number;
}

/** The format of netstrings: the length in decimal digits and a colon before the string, a comma after it. */
export class NetstringPrefix implements Prefix {
  readonly most = 17;
  readonly trailer = 1;
  length = 0;

  read(bytes: Buffer, from: number, maxLength: number): number {
    let length = 0;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      const digit = byte - ZERO;
      if (byte === COLON && at > from) {
        this.length = length;
        return at + 1 - from;
      }
      if (digit < 0 || digit > 9)
        throw new NetstringParseError(`found ${shown(byte)} where a netstring has its length`);
      if (length === 0 && at > from) throw new NetstringParseError('the length of a netstring has a leading 0');
      length = 10 * length + digit;
      if (length > maxLength || length > Number.MAX_SAFE_INTEGER)
        throw new NetstringParseError(`a netstring is longer than maxLength (${maxLength})`);
    }
    return 0;
  }

  write(length: number): Buffer {
    return prefixOf(length);
  }

  checkTrailer(byte: number): void {
    if (byte !== COMMA) throw new NetstringParseError(`found ${shown(byte)} where a netstring ends with a comma`);
  }
}

/**
 * Returns a decoder of netstrings (http://cr.yp.to/proto/netstrings.txt), such as `5:hello,`. A string is a view of the chunk
 * that brought it, and belongs to the caller.
 *
 * `next` throws a `NetstringParseError` at the first byte that cannot belong to a netstring or announces one of more than
 * `maxLength` bytes, and throws it again each time it is called: the rest of the stream cannot be understood. `netstrings` throws
 * a `RangeError` if `maxLength` is not a number of at least 0.
 */
export function netstrings({ maxLength }: StringsOptions = {}): Decoder<Buffer> {
  return new PrefixedDecoder(new NetstringPrefix(), maxLength);
}

/**
 * Returns the netstring of the given bytes, such as `5:hello,`. A string is encoded in UTF-8. The result is a copy. Throws a
 * `TypeError` for anything else than bytes or a string.
 */
export function encodeNetstring(string: Uint8Array | string): Buffer {
  const bytes = chunkOf(string);
  return Buffer.concat([new NetstringPrefix().write(bytes.length), bytes, TRAILER]);
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte ${byte}`;
}
