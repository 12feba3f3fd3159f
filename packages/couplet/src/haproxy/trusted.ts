import { bytesOf } from '../protocol/literal.ts';
import { Network } from '../protocol/network.ts';
import type { SocketName } from '../seam/address.ts';

/** Who may announce others: the networks from which a PROXY header is accepted. */
export class Trusted {
  readonly #unix: boolean;
  readonly #networks: readonly Network[];

  /**
   * Takes addresses such as `::1`, networks such as `10.0.0.0/8`, and `unix` for whoever can connect to a UNIX socket. Throws a
   * `RangeError` that names the one which is none of these, and when there are none.
   */
  constructor(networks: readonly string[]) {
    if (networks.length === 0) throw new RangeError('no network is trusted');
    this.#unix = networks.includes('unix');
    this.#networks = networks.filter((text) => text !== 'unix').map((text) => new Network(text));
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
