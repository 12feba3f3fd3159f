import { type Address, addressOf, isKnown, isWildcard } from '../address/address.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ConnectionDetail, ConnectionView } from '../protocol/views.ts';
import type { PeerCredentials } from '../seam/kernel.ts';
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
export abstract class Ends {
  readonly id: number;
  /** When the wire was accepted. */
  readonly since: number;
  /** The wire, or the topmost filter on it. */
  abstract readonly wire: Wire;
  protected abstract readonly engine: Engine;
  /** What is known of it: what all connections of its port share, until something is learned of this one. */
  #prelude: Prelude;
  /** Once asked for: it costs a system call, and cannot be asked for when the socket is gone. */
  #peer: Address | undefined;

  constructor(engine: Engine, prelude: Prelude) {
    this.id = prelude.arrival?.id ?? engine.newId();
    this.since = prelude.arrival?.since ?? engine.now();
    this.#prelude = prelude;
  }

  get tls(): TlsInfo | undefined {
    return this.#prelude.tls;
  }

  get proxyHeader(): ProxyHeader | undefined {
    return this.#prelude.proxyHeader;
  }

  get peerCredentials(): PeerCredentials | undefined {
    const known = this.#prelude.credentials;
    if (known !== undefined) return known;
    const credentials = this.wire.kernel?.peerCredentials();
    if (credentials !== undefined) this.learn({ credentials });
    return credentials;
  }

  getHost(): Address {
    const { local } = this.#prelude;
    if (local !== undefined) return local;
    const { host, proxyHeader } = this.#prelude;
    // A connection has the address of its port, unless that listens on all interfaces or a proxy announced another one.
    if (host !== undefined && proxyHeader === undefined && !isWildcard(host)) return host;
    const name = this.wire.local;
    const found = name === undefined && host !== undefined ? host : addressOf(name);
    this.learn({ local: found });
    return found;
  }

  getPeer(): Address {
    this.#peer ??= addressOf(this.wire.peer);
    return this.#peer;
  }

  protected learn(facts: Partial<Prelude>): void {
    this.#prelude = { ...this.#prelude, ...facts };
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

  /** Asks the system for what only that knows. */
  kernelFacts(): Pick<ConnectionDetail, 'tcp' | 'credentials'> {
    const tcp = this.wire.kernel?.tcpInfo();
    const credentials = this.peerCredentials;
    return { ...(tcp && { tcp }), ...(credentials && { credentials }) };
  }

  /** Remembers the addresses for the time when the socket is gone. A port knows the local one of its connections. */
  remember(): void {
    this.getPeer();
    if (this.#prelude.host === undefined) this.getHost();
  }
}

/** The ends of a wire that has no connection. */
export class WireEnds extends Ends {
  override readonly wire: Wire;
  protected override readonly engine: Engine;

  constructor(engine: Engine, wire: Wire, prelude: Prelude) {
    super(engine, prelude);
    this.wire = wire;
    this.engine = engine;
  }
}
