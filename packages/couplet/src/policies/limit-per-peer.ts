import { networkOf } from '../address/prefix.ts';
import type { Filter } from '../filters/filter.ts';
import { NotAllowed, PeerLimitReached, Refused } from '../filters/refused.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Factory } from '../protocol/factory.ts';
import type { SocketName } from '../seam/address.ts';
import type { Wire } from '../seam/wire.ts';
import { checkWhole } from '../values/checks.ts';
import type { Guarded, Policy } from './guarded.ts';
import { guard } from './guarded.ts';
import type { ConnectionLimit } from './limit-connections.ts';
import { Slot } from './limit-connections.ts';

/** Options of `limitPerPeer`. */
export interface PeerLimit extends ConnectionLimit {
  /**
   * How many leading bits of IPv4 addresses tell peers apart, from 0 to 32: addresses that agree in them count as one peer. By default
   * 32, so that each address is a peer.
   */
  readonly ipv4Prefix?: number;
  /**
   * How many leading bits of IPv6 addresses tell peers apart, from 0 to 128: addresses that agree in them count as one peer. By default
   * 64, the least that one subscriber has.
   */
  readonly ipv6Prefix?: number;
}

/**
 * Limits how many connections of a factory each peer has open at a time, over all its ports. A connection counts from the moment that it
 * is accepted until after its `connectionLost`. One too many is sent the message and closed, without a protocol and without waiting for
 * the peer; it does not count, and observers are told of a `PeerLimitReached`. Peers are told apart by their networks: an IPv4-mapped
 * IPv6 address is an IPv4 address, and all peers on UNIX sockets are one. Memory is held for connected peers only.
 *
 * Returns a factory to listen or connect with; the given one stays as it is. Throws a `TypeError` if `factory` is not a factory or an
 * option is not a number, and a `RangeError` if an option is not a whole number in its range or the message has more than 4,096 bytes.
 */
export function limitPerPeer<F extends Factory | ClientFactory>(factory: F, options: PeerLimit): Guarded<F> {
  const { max, message, ipv4Prefix = 32, ipv6Prefix = 64 } = options;
  checkWhole('max', max, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('ipv4Prefix', ipv4Prefix, 0, 32);
  checkWhole('ipv6Prefix', ipv6Prefix, 0, 128);
  const networkOfPeer = (peer: SocketName): string => networkOf(peer, ipv4Prefix, ipv6Prefix);
  const reason = new PeerLimitReached(`the peer has ${max} connections already`);
  return guard(factory, new LimitPerPeer(max, new Refused(message, reason), networkOfPeer));
}

const GONE: Refused = new Refused('', new NotAllowed('the peer was gone before it was accepted'));

class LimitPerPeer implements Policy {
  readonly #max: number;
  readonly #refused: Refused;
  readonly #networkOf: (peer: SocketName) => string;
  /** How many connections each network has. A network without connections has no entry. */
  readonly #counts: Map<string, number> = new Map();

  constructor(max: number, refused: Refused, networkOfPeer: (peer: SocketName) => string) {
    this.#max = max;
    this.#refused = refused;
    this.#networkOf = networkOfPeer;
  }

  filter(wire: Wire): Filter | Refused {
    const { peer } = wire;
    // A connection that was reset before it was accepted has no peer any more: it cannot be counted.
    if (peer === undefined) return GONE;
    const network = this.#networkOf(peer);
    const count = this.#counts.get(network) ?? 0;
    if (count >= this.#max) return this.#refused;
    this.#counts.set(network, count + 1);
    return new Slot(wire, () => this.#release(network));
  }

  #release(network: string): void {
    const count = this.#counts.get(network) ?? 0;
    if (count > 1) this.#counts.set(network, count - 1);
    else this.#counts.delete(network);
  }
}
