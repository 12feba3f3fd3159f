import { familyOf } from '../reactor/literal.ts';

/**
 * The bytes of an IP literal: 4 of an IPv4 address, 16 of an IPv6 one. An IPv6 address that stands for an IPv4 one
 * (RFC 4291, section 2.5.5.2) gives the 4 of that. Undefined for anything else, and for a literal with a zone.
 */
export function bytesOf(literal: string): Uint8Array | undefined {
  const family = familyOf(literal);
  if (family === 'IPv4') return Uint8Array.from(literal.split('.'), Number);
  return family === 'IPv6' && !literal.includes('%') ? unmapped(bytesOfIPv6(literal)) : undefined;
}

/** The IP literal of 4 or 16 bytes. */
export function literalOf(bytes: Uint8Array): string {
  const plain = unmapped(bytes);
  if (plain.length === 4) return plain.join('.');
  return (Buffer.from(plain).toString('hex').match(/.{4}/g) ?? []).join(':');
}

/** The addresses that begin with the same bits (RFC 4632, RFC 4291), such as `10.0.0.0/8`. */
export class Network {
  readonly #prefix: Uint8Array;
  readonly #mask: Uint8Array;

  /** Takes an address with a prefix length; without one it is that address alone. Throws a `RangeError` for anything else. */
  constructor(text: string) {
    const [address = '', length, ...rest] = text.split('/');
    const prefix = bytesOf(address);
    if (prefix === undefined || rest.length > 0) throw new RangeError(`'${text}' is no network such as 192.0.2.0/24`);
    const bits = 8 * prefix.length;
    const fixed = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
    if (!(fixed <= bits))
      throw new RangeError(`the prefix length '${length}' of '${text}' is not a number from 0 to ${bits}`);
    this.#prefix = prefix;
    this.#mask = prefix.map((_, at) => 0xff00 >> Math.min(8, Math.max(0, fixed - 8 * at)));
    if (!this.has(prefix)) throw new RangeError(`'${text}' has bits set beyond its prefix length`);
  }

  /** Whether the address with these bytes is one of them. */
  has(address: Uint8Array): boolean {
    if (address.length !== this.#prefix.length) return false;
    return address.every((byte, at) => (byte & (this.#mask[at] ?? 0)) === this.#prefix[at]);
  }
}

function bytesOfIPv6(literal: string): Uint8Array {
  // The URL parser writes all of them the same way: groups of hexadecimal digits, the longest run of zeros left out.
  const [head = '', tail] = new URL(`http://[${literal}]/`).hostname.slice(1, -1).split('::');
  const groups = (text = ''): number[] => (text === '' ? [] : text.split(':').map((one) => Number.parseInt(one, 16)));
  const [first, last] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

/** The IPv4 address that an IPv6 one stands for, if it does. */
function unmapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 && MAPPED.every((byte, at) => bytes[at] === byte) ? bytes.subarray(12) : bytes;
}

/** `::ffff:0:0/96`: where the IPv4 addresses are among the IPv6 ones. */
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
