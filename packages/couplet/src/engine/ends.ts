import { type Address, addressOf } from '../address/address.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import type { Prelude } from './prelude.ts';

/** The two ends of a wire, and the facts that were learned about them before they had a protocol. */
export class Ends {
  tls: TlsInfo | undefined;
  protected readonly wire: Wire;
  readonly #prelude: Prelude;
  /** The addresses, once asked for: each costs a system call, and cannot be asked for when the socket is gone. */
  #host: Address | undefined;
  #peer: Address | undefined;

  constructor(wire: Wire, prelude: Prelude) {
    this.wire = wire;
    this.#prelude = prelude;
    this.tls = prelude.tls;
  }

  get proxyHeader(): ProxyHeader | undefined {
    return this.#prelude.proxyHeader;
  }

  getHost(): Address {
    if (this.#host !== undefined) return this.#host;
    const { local } = this.wire;
    this.#host = local === undefined && this.#prelude.host !== undefined ? this.#prelude.host : addressOf(local);
    return this.#host;
  }

  getPeer(): Address {
    this.#peer ??= addressOf(this.wire.peer);
    return this.#peer;
  }

  /** Remembers the addresses for the time when the socket is gone. A port knows the local one of its connections. */
  protected remember(): void {
    this.getPeer();
    if (this.#prelude.host === undefined) this.getHost();
  }
}
