import { type Address, addressOf, isKnown, isWildcard } from '../address/address.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ConnectionView } from '../protocol/views.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import type { Engine } from './engine.ts';
import { proxyFacts, tlsFacts } from './facts.ts';
import type { Origin } from './origin.ts';
import type { Prelude } from './prelude.ts';
import { prefixOf } from './report.ts';

type ViewOfEnds = Omit<ConnectionView, 'state' | 'waiting' | Counters>;
type Counters = 'bytesIn' | 'bytesOut' | 'reads' | 'writes' | 'queued' | 'maxQueued';

/** The two ends of a wire, and the facts that were learned about them before they had a protocol. */
export class Ends {
  readonly id: number;
  /** When the wire was accepted. */
  readonly since: number;
  tls: TlsInfo | undefined;
  /** The wire, or the topmost filter on it. */
  readonly wire: Wire;
  protected readonly engine: Engine;
  readonly #prelude: Prelude;
  /** The addresses, once asked for: each costs a system call, and cannot be asked for when the socket is gone. */
  #host: Address | undefined;
  #peer: Address | undefined;

  constructor(engine: Engine, wire: Wire, prelude: Prelude) {
    this.id = prelude.arrival?.id ?? engine.newId();
    this.since = prelude.arrival?.since ?? engine.now();
    this.wire = wire;
    this.engine = engine;
    this.#prelude = prelude;
    this.tls = prelude.tls;
  }

  get proxyHeader(): ProxyHeader | undefined {
    return this.#prelude.proxyHeader;
  }

  getHost(): Address {
    this.#host ??= this.#hostOf(this.#prelude);
    return this.#host;
  }

  /** A connection has the address of its port, unless that listens on all interfaces or a proxy announced another one. */
  #hostOf({ host, proxyHeader }: Prelude): Address {
    if (host !== undefined && proxyHeader === undefined && !isWildcard(host)) return host;
    const { local } = this.wire;
    return local === undefined && host !== undefined ? host : addressOf(local);
  }

  getPeer(): Address {
    this.#peer ??= addressOf(this.wire.peer);
    return this.#peer;
  }

  /** Returns what a view shows of the two ends. */
  viewOfEnds({ id, role, factory }: Origin): ViewOfEnds {
    const { proxyHeader, tls, since } = this;
    const peer = this.getPeer();
    return {
      id: this.id,
      role,
      origin: id,
      factory: prefixOf(factory),
      since,
      durationMs: this.engine.now() - since,
      host: this.getHost().authority,
      ...(isKnown(peer) ? { peer: peer.authority } : {}),
      ...(tls === undefined ? {} : { tls: tlsFacts(tls) }),
      ...(proxyHeader === undefined ? {} : { proxy: proxyFacts(proxyHeader, this.#prelude.via) }),
    };
  }

  /** Remembers the addresses for the time when the socket is gone. A port knows the local one of its connections. */
  remember(): void {
    this.getPeer();
    if (this.#prelude.host === undefined) this.getHost();
  }
}
