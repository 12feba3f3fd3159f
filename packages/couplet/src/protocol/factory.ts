// biome-ignore-all lint/suspicious/noUnsafeDeclarationMerging: only an interface can have an accessor that a subclass overrides with a field

import type { Address } from '../address/address.ts';
import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { classOf } from '../values/checks.ts';
import type { ProtocolClass, ProtocolFor, Result } from './protocol.ts';
import { checkProtocolClass } from './role.ts';

/** Something that builds protocols of type P. */
export interface Builds<P> {
  /** Builds the protocol for a connection with the peer at that address, or returns null to refuse it. */
  buildProtocol(address: Address): P | null;
}

/**
 * The protocol that a factory of type F builds: what its `buildProtocol` returns or, where it does not say more than the
 * inherited one, an instance of its `protocol`.
 */
export type BuiltBy<F extends ProtocolFactory> =
  Exclude<ReturnType<F['buildProtocol']>, null> extends infer R extends { readonly transport: unknown }
    ? R
    : F extends { readonly protocol: new () => infer P }
      ? P
      : Exclude<ReturnType<F['buildProtocol']>, null>;

/** What server and client factories share: they build protocols, and hold what their connections share. */
export class ProtocolFactory {
  /** How many ports and connectors use this factory now. */
  numPorts = 0;
  /**
   * Whether `admit` answers with promises: where that is known before a port opens, the system keeps what its connections receive
   * meanwhile, where it can. Otherwise a part of that may be in the process's memory.
   */
  readonly admitsLater: boolean = false;

  /**
   * A factory that builds protocols of that class: `Factory.forProtocol(Echo)`. Further arguments go to the factory's
   * constructor. Throws a `TypeError` for what is no class of protocols.
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

  /** Builds the protocol for a new connection with the peer at that address, or returns null to refuse it. */
  buildProtocol(_address: Address): ProtocolFor<this> | null {
    if (this.protocol === undefined) throw new Error(`${this.constructor.name} has no protocol and no buildProtocol`);
    return new this.protocol();
  }

  /**
   * Throws a `TypeError` when the factory cannot build: it has neither a class of protocols nor a `buildProtocol` of its own. The
   * engine asks once it has started, so that no client has to find out.
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
   * Whether a new connection may be, and what stands between its wire and its protocol: nothing, unless a policy says
   * otherwise. The engine asks after the PROXY header, before TLS and `buildProtocol`. A filter that is returned hears
   * `onClosed`, whatever comes of it.
   *
   * The answer may be a promise: nothing of the connection is read until it settles, for at most `admissionTimeoutMs`. `wait.signal`
   * is aborted when it is not waited for any more; a filter that comes later than that is abandoned at once.
   */
  admit(_wire: Wire, _clock: Clock, _wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    return undefined;
  }

  /** What reports call the factory: its class. */
  logPrefix(): string {
    return this.constructor.name;
  }

  /** One more port or connector uses the factory. The engine calls it, and it calls `startFactory` the first time. */
  doStart(reactor: Clock): Result {
    const started = this.numPorts === 0 ? this.startFactory(reactor) : undefined;
    this.numPorts += 1;
    return started;
  }

  /** One port or connector less. After the last it calls `stopFactory`. */
  doStop(): Result {
    if (this.numPorts === 0) return;
    this.numPorts -= 1;
    if (this.numPorts === 0) return this.stopFactory();
  }

  /**
   * The factory goes into use: acquire what the connections share. A port opens when the promise that this may return has
   * resolved, and not at all when it rejects.
   */
  startFactory(_reactor: Clock): Result {}

  /** The factory is out of use: release it. */
  stopFactory(): Result {}
}

// An accessor in an interface: read, a factory of a subclass is still this factory; written, the protocol must fit exactly.
export interface ProtocolFactory {
  /** The class that `buildProtocol` makes an instance of. Override it, or assign it from outside. */
  get protocol(): (new () => ProtocolFor<this>) | undefined;
  set protocol(protocol: ProtocolClass<this> | undefined);
}

/** Builds the protocols of a listening port. */
export class Factory extends ProtocolFactory {
  /** Type only: what the factory is for. */
  declare readonly '~role': 'server';
}

/** The same as `Factory`, by the name that pairs with `ClientFactory`. */
export { Factory as ServerFactory };
