import { bytesOf } from './literal.ts';

/** The addresses that begin with the same bits (RFC 4632, RFC 4291), such as `10.0.0.0/8`. */
export class Cidr {
  readonly #prefix: Uint8Array;
  readonly #mask: Uint8Array;

  /**
   * Takes an address with a prefix length, or without one: then it is that address alone. Throws a `RangeError` for anything
   * else.
   */
  constructor(text: string) {
    const [address = '', length, ...rest] = text.split('/');
    const prefix = bytesOf(address);
    if (prefix === undefined || rest.length > 0)
      throw new RangeError(`'${text}' is not a network such as 192.0.2.0/24`);
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
