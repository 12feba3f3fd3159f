import { Cidr } from '../address/cidr.ts';
import { bytesOf } from '../address/literal.ts';
import type { SocketName } from '../seam/address.ts';
import { checkAboveZero, checkWhole, described } from '../values/checks.ts';

/** Options of a port whose connections begin with PROXY headers. */
export interface ProxyOptions {
  /**
   * The proxies that are trusted, at least one: addresses, networks such as `10.0.0.0/8`, and `unix` for the peers of UNIX
   * sockets. A connection from elsewhere is closed.
   */
  readonly trusted: readonly string[];
  /** How long a new connection may take until its header is whole, in milliseconds, above 0 and finite; 5,000 unless set. */
  readonly headerTimeoutMs?: number;
  /** The longest header of version 2 that is accepted, in bytes, its TLVs included: 107 to 65,551; 4,096 unless set. */
  readonly maxHeaderBytes?: number;
}

/** The options of a port behind proxies, checked and complete. */
export interface ProxyTerms {
  readonly trusted: Trusted;
  readonly headerTimeoutMs: number;
  readonly maxHeaderBytes: number;
}

/** The longest line of version 1, and the longest header of version 2, in bytes. */
const LEAST = 107;
const MOST = 65_551;

/** Checks the options and fills in the defaults. Throws a `RangeError` or `TypeError` that names the option or network which is wrong. */
export function termsOf({ trusted, headerTimeoutMs = 5000, maxHeaderBytes = 4096 }: ProxyOptions): ProxyTerms {
  checkAboveZero('headerTimeoutMs', headerTimeoutMs);
  checkWhole('maxHeaderBytes', maxHeaderBytes, LEAST, MOST);
  return { trusted: new Trusted(trusted), headerTimeoutMs, maxHeaderBytes };
}

/** The networks from which PROXY headers are accepted. */
export class Trusted {
  readonly #unix: boolean;
  readonly #networks: readonly Cidr[];

  /**
   * Takes addresses such as `::1`, networks such as `10.0.0.0/8`, and `unix` for the peers of UNIX sockets. Throws a `RangeError`
   * that names what is something else, or if there are none, and a `TypeError` if it is not an array.
   */
  constructor(networks: readonly string[]) {
    if (!Array.isArray(networks))
      throw new TypeError(`trusted is ${described(networks)}, not an array of networks such as ['10.0.0.0/8']`);
    if (networks.length === 0)
      throw new RangeError("trusted is empty, not an array of networks such as ['10.0.0.0/8']");
    this.#unix = networks.includes('unix');
    this.#networks = networks.filter((text) => text !== 'unix').map((text) => new Cidr(text));
  }

  /** Whether the peer is in one of them. The link of a link-local address does not matter. */
  has(peer: SocketName | undefined): boolean {
    if (peer === undefined) return false;
    if (peer.family === 'UNIX') return this.#unix;
    if (peer.family === 'PIPE') return false;
    const [literal = ''] = peer.host.split('%');
    const address = bytesOf(literal);
    return address !== undefined && this.#networks.some((network) => network.has(address));
  }
}
