import type { Address } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import { Refused } from '../filters/refused.ts';
import { ClientFactory, owned, WrappingClientFactory } from '../protocol/client-factory.ts';
import type { Builds, BuiltBy } from '../protocol/factory.ts';
import { Factory } from '../protocol/factory.ts';
import type { ProtocolFor, Result } from '../protocol/protocol.ts';
import { checkFactory } from '../protocol/role.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';

/**
 * A factory behind a policy: a server factory for a server factory, and for a client factory one that builds the same
 * protocols.
 */
export type Guarded<F extends Factory | ClientFactory> = F extends ClientFactory
  ? ClientFactory & Builds<BuiltBy<F>>
  : Factory;

/** A rule for connections. It makes a filter for each one, or refuses it. */
export interface Policy {
  filter(wire: Wire, clock: Clock): Filter | Refused;
}

/** What a filter hears when a policy or factory further in wanted no connection. */
const UNWANTED: Cause = { kind: 'done', code: '', detail: 'it was refused' };

/**
 * Puts a factory behind a policy. The engine's questions go to both, everything else to the factory; its protocols know the
 * factory and not the policy. Of several policies the outermost is next to the network and asked first. Throws a `TypeError` for
 * what is no factory.
 */
export function guard<F extends Factory | ClientFactory>(factory: F, policy: Policy): Guarded<F> {
  checkFactory(factory);
  const guarded =
    factory instanceof ClientFactory ? new GuardedClientFactory(factory, policy) : new GuardedFactory(factory, policy);
  // It hands on what the factory builds; its type is what the factory's class says.
  return guarded as Factory | ClientFactory as Guarded<F>;
}

class GuardedFactory extends Factory {
  readonly #inner: Factory;
  readonly #policy: Policy;

  constructor(inner: Factory, policy: Policy) {
    super();
    this.#inner = inner;
    this.#policy = policy;
  }

  override admit(wire: Wire, clock: Clock): Filter | Refused {
    return admit(this.#inner, this.#policy, wire, clock);
  }

  override buildProtocol(address: Address): ProtocolFor<this> | null {
    return owned(this.#inner.buildProtocol(address), this.#inner);
  }

  override checkProtocol(): void {
    this.#inner.checkProtocol();
  }

  override logPrefix(): string {
    return this.#inner.logPrefix();
  }

  override doStart(reactor: Clock): Result {
    const started = this.#inner.doStart(reactor);
    this.numPorts += 1;
    return started;
  }

  override doStop(): Result {
    if (this.numPorts === 0) return;
    this.numPorts -= 1;
    return this.#inner.doStop();
  }
}

class GuardedClientFactory extends WrappingClientFactory {
  readonly #policy: Policy;

  constructor(inner: ClientFactory, policy: Policy) {
    super(inner);
    this.#policy = policy;
  }

  override admit(wire: Wire, clock: Clock): Filter | Refused {
    return admit(this.inner, this.#policy, wire, clock);
  }
}

/** Asks the policy first, and then the factory for what is to stand above its filter. */
function admit(inner: Factory | ClientFactory, policy: Policy, wire: Wire, clock: Clock): Filter | Refused {
  const filter = policy.filter(wire, clock);
  if (filter instanceof Refused) return filter;
  let above: Filter | Refused | undefined;
  try {
    above = inner.admit(filter, clock);
  } catch (error) {
    filter.onClosed(UNWANTED);
    throw error;
  }
  if (above === undefined || above === null) return filter;
  // Refused; or something else that the engine will not take either.
  if (!(above instanceof Filter)) filter.onClosed(UNWANTED);
  return above;
}
