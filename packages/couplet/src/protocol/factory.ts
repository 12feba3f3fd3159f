// biome-ignore-all lint/suspicious/noUnsafeDeclarationMerging: only an interface can have an accessor that a subclass overrides with a field

import type { Address } from '../address/address.ts';
import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { classOf } from '../values/checks.ts';
import type { Details } from '../values/details.ts';
import type { ProtocolClass, ProtocolFor, Result } from './protocol.ts';
import { checkProtocolClass } from './role.ts';

/** Something that builds protocols of type P. */
export interface Builds<P> {
  /** Returns a new protocol for a connection with the peer at that address, or null to refuse the connection. */
  buildProtocol(address: Address): P | null;
}

/**
 * The type of the protocols that a factory of type F builds: what its `buildProtocol` returns or, if that is as general as the inherited
 * one, an instance of its `protocol`.
 */
export type BuiltBy<F extends ProtocolFactory> =
  Exclude<ReturnType<F['buildProtocol']>, null> extends infer R extends { readonly transport: unknown }
    ? R
    : F extends { readonly protocol: new () => infer P }
      ? P
      : Exclude<ReturnType<F['buildProtocol']>, null>;

/**
 * What server and client factories have in common: they build protocols, and hold what their connections share. Extend `Factory` or
 * `ClientFactory`, not this class.
 */
export class ProtocolFactory {
  /** How many ports and connectors use this factory now. The engine counts them. */
  numPorts = 0;
  /**
   * True if `admit` may return promises; by default false. If it is true before a port opens, what connections receive while they wait
   * stays in the kernel, as far as the system allows that; otherwise a part of it is held in memory.
   */
  readonly admitsLater: boolean = false;

  /**
   * Returns a new factory that builds protocols of that class: `Factory.forProtocol(Echo)`. Further arguments go to the constructor of
   * the factory. Throws a `TypeError` if `protocol` is not a class of protocols.
   */
  static forProtocol<F extends ProtocolFactory, C extends ProtocolClass<F>, A extends unknown[]>(
    this: new (
      ...args: A
    ) => F,
    protocol: C,
    ...args: A
  ): F & { protocol: C } {
    checkProtocolClass(protocol, 'protocol');
    return Object.assign(new this(...args), { protocol });
  }

  /**
   * Returns a new protocol for a connection with the peer at that address, or null to refuse the connection: an instance of `protocol`
   * unless overridden. Throws an `Error` if there is no `protocol`.
   */
  buildProtocol(_address: Address): ProtocolFor<this> | null {
    if (this.protocol === undefined) throw new Error(`${this.constructor.name} has no protocol and no buildProtocol`);
    return new this.protocol();
  }

  /**
   * Throws a `TypeError` if the factory cannot build a protocol: its `protocol` is missing or is not a class of protocols, and it has no
   * `buildProtocol` of its own. The engine calls it once the factory has started, before there is a connection.
   */
  checkProtocol(): void {
    if (this.buildProtocol !== ProtocolFactory.prototype.buildProtocol) return;
    const name = classOf(this) ?? 'Factory';
    if (this.protocol === undefined)
      throw new TypeError(
        `factory is an instance of ${name}, which has no protocol and no buildProtocol: write ${name}.forProtocol(Echo), or assign its protocol`,
      );
    checkProtocolClass(this.protocol, `protocol of ${name}`);
  }

  /**
   * Decides whether a new connection is admitted, and what stands between its wire and its protocol. Returns a `Filter` for the wire,
   * a `Refused`, or `undefined`, which admits the connection as it is; that is what it does unless overridden. The engine calls it after
   * the PROXY header, and before TLS and `buildProtocol`. `onClosed` of a filter that is returned is called in every case.
   *
   * The answer may be a promise: nothing of the connection is read until it settles, for at most `admissionTimeoutMs`. `wait.signal`
   * is aborted when it is not awaited any more; a filter that comes after that is abandoned at once. If it throws or rejects, the error
   * is reported and the connection refused.
   */
  admit(_wire: Wire, _clock: Clock, _wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    return undefined;
  }

  /**
   * Returns what the views of its ports in `reactor.inspect()` are to show of this factory, such as a waiting line: names, and strings or
   * numbers, of which 20 are shown and 200 characters of each. Called only when such a view is made; those of connectors do not show it.
   * What it throws is shown in its place.
   */
  describe?(): Details;

  /** Returns the name of the factory in error reports and views: that of its class, unless overridden. */
  logPrefix(): string {
    return this.constructor.name;
  }

  /**
   * Returns what each policy around the factory shows of itself, the outermost first: `{ policy: 'limitConnections', open: 37, max: 100 }`,
   * for instance. Empty unless the factory is behind policies.
   */
  describePolicies(): Details[] {
    return [];
  }

  /**
   * Counts one more port or connector that uses the factory, and calls `startFactory` for the first. Returns what that returns. The engine
   * calls it.
   */
  doStart(reactor: Clock): Result {
    const started = this.numPorts === 0 ? this.startFactory(reactor) : undefined;
    this.numPorts += 1;
    return started;
  }

  /**
   * Counts one port or connector less, and calls `stopFactory` after the last. Returns what that returns. The engine calls it. Does nothing
   * if the factory is not in use.
   */
  doStop(): Result {
    if (this.numPorts === 0) return;
    this.numPorts -= 1;
    if (this.numPorts === 0) return this.stopFactory();
  }

  /**
   * Called when the first port or connector begins to use the factory: acquire what the connections share. It may return a promise: a
   * port opens when that has resolved, and does not open if it rejects. It gets the reactor of the port or connector: an override may
   * say so, `startFactory(reactor: Reactor)`, and keep it for ports and connections of its own.
   */
  startFactory(_reactor: Clock): Result {}

  /** Called when the last port or connector has stopped to use the factory: release what the connections share. */
  stopFactory(): Result {}
}

// An accessor in an interface: read, a factory of a subclass is still this factory; written, the protocol must fit exactly.
export interface ProtocolFactory {
  /** The class that `buildProtocol` makes an instance of; undefined by default. Override it in a subclass, or assign it. */
  get protocol(): (new () => ProtocolFor<this>) | undefined;
  set protocol(protocol: ProtocolClass<this> | undefined);
}

/** Builds the protocols for the connections of listening ports. Extend it, or write `Factory.forProtocol(Echo)`. */
export class Factory extends ProtocolFactory {
  /** A type without a value: a client factory is not assignable to a `Factory`. */
  declare readonly '~role': 'server';
}

/** Another name of `Factory`, which pairs with `ClientFactory`. */
export { Factory as ServerFactory };
