import type { ClientEndpoint } from '../endpoints/client-endpoints.ts';
import { HostnameEndpoint } from '../endpoints/client-endpoints.ts';
import { TimeoutError } from '../protocol/errors.ts';
import { Factory } from '../protocol/factory.ts';
import type { Result } from '../protocol/protocol.ts';
import { Lookups } from '../reactor/lookups.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { DelayedCall } from '../time/clock.ts';
import { checkAtLeast, checkWhole } from '../values/checks.ts';
import type { Permit } from './allow-list.ts';
import { AllowList } from './allow-list.ts';
import type { PipeOptions } from './pipe-end.ts';
import { PipeEnd } from './pipe-end.ts';
import type { SocksRequest } from './socks-handshake.ts';
import { SocksHandshake } from './socks-handshake.ts';
import type { SocksVersion } from './socks-reply.ts';
import { outcomeOf, replyOf } from './socks-reply.ts';

/** Options of `SocksFactory`: its own, and those of the connections that it makes. */
export interface SocksOptions extends PipeOptions {
  /** The destinations that clients may reach. Unless set, every request is refused. */
  readonly allow?: readonly Permit[];
  /** How long a client may take for its request, in milliseconds, at least 0; 10,000 unless set. */
  readonly handshakeTimeoutMs?: number;
  /**
   * How many of the names that clients send are looked up at a time, at least 1; 1 unless set, which leaves one of the two parallel
   * look-ups of Node to the rest of the program. Further names wait, within the timeouts of their attempts.
   */
  readonly maxLookups?: number;
}

/**
 * Connects a client to the destination that it names, and then passes bytes between the two: the command CONNECT of SOCKS 4, 4a
 * and 5 (RFC 1928), without authentication. A request that is refused or fails is answered, and the connection is closed. A
 * client that does not speak SOCKS, or does not send its request in time, is reset. When the port drains, a client that has not sent
 * its request is closed; connections that are passed on last until the time of the drain is up, since their bytes do not tell which
 * are idle. `SocksFactory` builds these protocols.
 */
export class Socks extends PipeEnd<SocksFactory> {
  #handshake: SocksHandshake | undefined;
  #deadline: DelayedCall | undefined;
  #version: SocksVersion = 5;
  /** What the client sent right behind its request. */
  #early: Buffer | undefined;

  override connectionMade(): void {
    const { clock } = this.transport;
    const { handshakeTimeoutMs } = this.factory;
    this.#handshake = new SocksHandshake((answer) => this.transport.write(answer));
    this.#deadline = clock.callLater(handshakeTimeoutMs, () =>
      this.transport.abortConnection(new TimeoutError(`no SOCKS request within ${handshakeTimeoutMs / 1000} s`)),
    );
  }

  override dataReceived(data: Buffer): Result {
    const handshake = this.#handshake;
    if (handshake === undefined) return super.dataReceived(data);
    const taken = handshake.push(data);
    const { outcome } = handshake;
    if (outcome === undefined) return;
    this.#handshake = undefined;
    this.#deadline?.cancel();
    if (outcome instanceof Error) this.transport.abortConnection(outcome);
    else if (outcome instanceof Uint8Array) this.#hangUp(outcome);
    else {
      this.#early = data.subarray(taken);
      this.#serve(outcome);
    }
  }

  override reached(far: PipeEnd): void {
    this.transport.write(replyOf(this.#version, 'granted', far.transport.getHost()));
    super.reached(far);
    if (this.#early !== undefined) far.transport.write(this.#early);
    this.#early = undefined;
  }

  override draining(): void {
    if (this.#handshake !== undefined) this.transport.loseConnection();
  }

  override connectionLost(reason: Error): void {
    this.#deadline?.cancel();
    super.connectionLost(reason);
  }

  #serve({ version, host, port }: SocksRequest): void {
    this.#version = version;
    const endpoint = this.factory.endpointOf(host, port);
    if (endpoint === undefined) this.#hangUp(replyOf(version, 'notAllowed'));
    else this.reach(endpoint, this.factory.options, (reason) => this.#hangUp(replyOf(version, outcomeOf(reason))));
  }

  #hangUp(answer: Buffer): void {
    this.transport.write(answer);
    this.transport.loseConnection();
  }
}

/** Builds `Socks` protocols, and holds what their clients may reach. */
export class SocksFactory extends Factory {
  override protocol: typeof Socks = Socks;
  /** How long a client may take for its request, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** The options of the connections that are made for clients. */
  readonly options: PipeOptions;
  readonly #reactor: Reactor;
  readonly #allowed: AllowList;
  readonly #lookups: Lookups;

  /**
   * `reactor` makes the connections. Without `given.allow` every request is refused. Throws a `RangeError` if a permit is not
   * valid, if `handshakeTimeoutMs` is not a number of at least 0, or if `maxLookups` is not a whole number of at least 1; a
   * `TypeError` if `maxLookups` is not a number.
   */
  constructor(reactor: Reactor, given: SocksOptions = {}) {
    super();
    const { allow = [], handshakeTimeoutMs = 10_000, maxLookups = 1, ...options } = given;
    checkAtLeast('handshakeTimeoutMs', handshakeTimeoutMs, 0);
    this.#reactor = reactor;
    checkWhole('maxLookups', maxLookups, 1, Number.MAX_SAFE_INTEGER);
    this.#allowed = new AllowList(allow);
    this.#lookups = new Lookups(reactor, maxLookups);
    this.handshakeTimeoutMs = handshakeTimeoutMs;
    this.options = options;
  }

  /** Returns the endpoint for a destination that a client asked for; undefined if it may not be reached. */
  endpointOf(host: string, port: number): ClientEndpoint | undefined {
    if (!this.#allowed.permits(host, port)) return undefined;
    return new HostnameEndpoint(this.#reactor, host, port, { queueLookup: (lookUp) => this.#lookups.join(lookUp) });
  }
}
