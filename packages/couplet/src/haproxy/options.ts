import { Cidr } from '../address/cidr.ts';
import { bytesOf } from '../address/literal.ts';
import type { SocketName } from '../seam/address.ts';
import { checkAboveZero, checkWhole, described } from '../values/checks.ts';

/** What a port asks of the PROXY headers that its connections begin with. */
export interface ProxyOptions {
  /** From where they are accepted: addresses, networks such as `10.0.0.0/8`, and `unix` for the peers of UNIX sockets. */
  readonly trusted: readonly string[];
  /** How long a new connection may take until its header is whole; 5,000 unless set. */
  readonly headerTimeoutMs?: number;
  /** How many bytes a header of version 2 may have, its TLVs included; 4,096 unless set. */
  readonly maxHeaderBytes?: number;
}

/** The options, checked and with nothing left open. */
export interface ProxyTerms {
  readonly trusted: Trusted;
  readonly headerTimeoutMs: number;
  readonly maxHeaderBytes: number;
}

/** The longest line of version 1, and the most that the length of version 2 can say. */
const LEAST = 107;
const MOST = 65_551;

/** Fills in what is not set. Throws a `RangeError`, or a `TypeError` for what is not a number, that names the option or the network. */
export function termsOf({ trusted, headerTimeoutMs = 5000, maxHeaderBytes = 4096 }: ProxyOptions): ProxyTerms {
  checkAboveZero('headerTimeoutMs', headerTimeoutMs);
  checkWhole('maxHeaderBytes', maxHeaderBytes, LEAST, MOST);
  return { trusted: new Trusted(trusted), headerTimeoutMs, maxHeaderBytes };
}

/** Who may announce others: the networks from which a PROXY header is accepted. */
export class Trusted {
  readonly #unix: boolean;
  readonly #networks: readonly Cidr[];

  /**
   * Takes addresses such as `::1`, networks such as `10.0.0.0/8`, and `unix` for whoever can connect to a UNIX socket. Throws a
   * `RangeError` that names the one which is none of these, and when there are none.
   */
  constructor(networks: readonly string[]) {
    if (!Array.isArray(networks))
      throw new TypeError(`trusted is ${described(networks)}, not an array of networks such as ['10.0.0.0/8']`);
    if (networks.length === 0)
      throw new RangeError("trusted is empty, not an array of networks such as ['10.0.0.0/8']");
    this.#unix = networks.includes('unix');
    this.#networks = networks.filter((text) => text !== 'unix').map((text) => new Cidr(text));
  }

  /** Whether the peer is one of them. A link-local address is, on whichever link. */
  has(peer: SocketName | undefined): boolean {
    if (peer === undefined) return false;
    if (peer.family === 'UNIX') return this.#unix;
    if (peer.family === 'PIPE') return false;
    const [literal = ''] = peer.host.split('%');
    const address = bytesOf(literal);
    return address !== undefined && this.#networks.some((network) => network.has(address));
  }
}
