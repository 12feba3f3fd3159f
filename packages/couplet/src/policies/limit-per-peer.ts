import { networkOf } from '../address/prefix.ts';
import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import { NotAllowed, PeerLimitReached, Refused } from '../filters/refused.ts';
import type { SocketName } from '../seam/address.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { checkWhole } from '../values/checks.ts';
import type { Details } from '../values/details.ts';
import { connectionCount } from './connection-count.ts';
import type { Guardable, Guarded, Policy } from './guarded.ts';
import { guard } from './guarded.ts';
import { checkLedgerOptions } from './ledger.ts';
import type { ConnectionLimit } from './limit-connections.ts';
import { SharedLimit } from './shared-limit.ts';
import { Slot } from './slot.ts';

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
 * With a `ledger` the limit is that of all processes that share it, each of which has at most `max` of a peer in any case; a connection
 * that this process has no place for is refused without asking. The others wait for the answer. One that the ledger refuses is told as
 * `LedgerRefused`, one that is refused because the ledger is away as `LedgerAway`. They are counted under the network of the peer, such
 * as `192.0.2.1/32` or `2001:db8::/64`, behind `key` and a colon if that is set.
 *
 * Returns a factory to listen or connect with; the given one stays as it is. Throws a `TypeError` if `factory` is neither a factory nor a function, or an
 * option is of a wrong type, and a `RangeError` if an option is not a number in its range or the message has more than 4,096 bytes.
 */
export function limitPerPeer<F extends Guardable>(factory: F, options: PeerLimit): Guarded<F> {
  const { max, message, ipv4Prefix = 32, ipv6Prefix = 64, key } = options;
  checkWhole('max', max, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('ipv4Prefix', ipv4Prefix, 0, 32);
  checkWhole('ipv6Prefix', ipv6Prefix, 0, 128);
  checkLedgerOptions(options);
  const networkOfPeer = (peer: SocketName): string => networkOf(peer, ipv4Prefix, ipv6Prefix);
  const reason = new PeerLimitReached(`the peer has ${connectionCount(max)} already`);
  const shared = SharedLimit.of(max, message, options);
  const prefix = key === undefined ? '' : `${key}:`;
  return guard(factory, new LimitPerPeer(max, new Refused(message, reason), networkOfPeer, shared, prefix));
}

const GONE: Refused = new Refused('', new NotAllowed('the peer was gone before it was accepted'));

class LimitPerPeer implements Policy {
  readonly admitsLater: boolean;
  readonly #max: number;
  readonly #refused: Refused;
  readonly #networkOf: (peer: SocketName) => string;
  readonly #shared: SharedLimit | undefined;
  /** Before the network in the key for the ledger. */
  readonly #prefix: string;
  /** How many connections each network has. A network without connections has no entry. */
  readonly #counts: Map<string, number> = new Map();

  constructor(
    max: number,
    refused: Refused,
    networkOfPeer: (peer: SocketName) => string,
    shared: SharedLimit | undefined,
    prefix: string,
  ) {
    this.admitsLater = shared !== undefined;
    this.#max = max;
    this.#refused = refused;
    this.#networkOf = networkOfPeer;
    this.#shared = shared;
    this.#prefix = prefix;
  }

  filter(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    const { peer } = wire;
    // A connection that was reset before it was accepted has no peer any more: it cannot be counted.
    if (peer === undefined) return GONE;
    const shared = this.#shared;
    const network = this.#networkOf(peer);
    const count = this.#counts.get(network) ?? 0;
    // One who is let in while the ledger is away may be one too many.
    if (count >= this.#max && shared?.whenAway !== 'allow') return this.#refused;
    this.#counts.set(network, count + 1);
    const free = (): void => this.#release(network);
    return shared === undefined ? new Slot(wire, free) : shared.admit(wire, clock, wait, this.#prefix + network, free);
  }

  describe(): Details {
    return { policy: 'limitPerPeer', peers: this.#counts.size, max: this.#max, ...this.#shared?.describe() };
  }

  #release(network: string): void {
    const count = this.#counts.get(network) ?? 0;
    if (count > 1) this.#counts.set(network, count - 1);
    else this.#counts.delete(network);
  }
}
