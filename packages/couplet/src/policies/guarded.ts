import type { Address } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import { ClientFactory, owned, WrappingClientFactory } from '../protocol/client-factory.ts';
import type { Builds, BuiltBy } from '../protocol/factory.ts';
import { Factory } from '../protocol/factory.ts';
import type { ProtocolFor, Result } from '../protocol/protocol.ts';
import { checkFactory } from '../protocol/role.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';

/**
 * A factory behind a policy: a server factory for a server factory, and for a client factory one that builds the same
 * protocols.
 */
export type Guarded<F extends Factory | ClientFactory> = F extends ClientFactory
  ? ClientFactory & Builds<BuiltBy<F>>
  : Factory;

/** A rule for connections. It makes a filter for each one, refuses it, or lets it pass as it is. */
export interface Policy {
  /** Whether `filter` answers with promises. */
  readonly admitsLater?: boolean;
  /**
   * Answers at once or later, as `admit` of a factory does. `wait.signal` is aborted when the answer is not waited for any more; a
   * filter that comes later than that is abandoned at once.
   */
  filter(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict>;
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
  override readonly admitsLater: boolean;

  constructor(inner: Factory, policy: Policy) {
    super();
    this.admitsLater = answersLater(inner, policy);
    this.#inner = inner;
    this.#policy = policy;
  }

  override admit(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    return admit(this.#inner, this.#policy, wire, clock, wait);
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
    super(inner, answersLater(inner, policy));
    this.#policy = policy;
  }

  override admit(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    return admit(this.inner, this.#policy, wire, clock, wait);
  }
}

function answersLater(inner: Factory | ClientFactory, policy: Policy): boolean {
  return inner.admitsLater || policy.admitsLater === true;
}

/** Asks the policy first, and then the factory for what is to stand above its filter. */
function admit(
  inner: Factory | ClientFactory,
  policy: Policy,
  wire: Wire,
  clock: Clock,
  wait: AdmissionWait,
): Verdict | PromiseLike<Verdict> {
  const above = (answer: Verdict): Verdict | PromiseLike<Verdict> => {
    if (answer instanceof Filter) return stacked(answer, wait, () => inner.admit(answer, clock, wait));
    // Code without types may answer null.
    return answer === undefined || answer === null ? inner.admit(wire, clock, wait) : answer;
  };
  const answer = policy.filter(wire, clock, wait);
  if (!isThenable<Verdict>(answer)) return above(answer);
  return promiseOf(answer).then((late) => {
    if (!wait.signal.aborted) return above(late);
    if (late instanceof Filter) late.abandon(UNWANTED);
    return undefined;
  });
}

/** The filter with what the factory answers above it; nothing is kept of it when the factory does not want the connection. */
function stacked(
  filter: Filter,
  wait: AdmissionWait,
  ask: () => Verdict | PromiseLike<Verdict>,
): Verdict | PromiseLike<Verdict> {
  const drop = (): void => filter.abandon(UNWANTED);
  try {
    const answer = ask();
    return isThenable<Verdict>(answer) ? kept(filter, wait, promiseOf(answer), drop) : topOf(filter, answer);
  } catch (error) {
    drop();
    throw error;
  }
}

/** The same later. The answer may never come: the filter is kept no longer than it is waited for. */
async function kept(filter: Filter, wait: AdmissionWait, answer: Promise<Verdict>, drop: () => void): Promise<Verdict> {
  const { signal } = wait;
  signal.addEventListener('abort', drop);
  // What was asked may have ended the wait itself.
  if (signal.aborted) drop();
  try {
    return topOf(filter, await answer);
  } catch (error) {
    drop();
    throw error;
  } finally {
    signal.removeEventListener('abort', drop);
  }
}

/** The top of the stack that the filter and the answer make. */
function topOf(filter: Filter, above: Verdict): Verdict {
  // Code without types may answer null.
  if (above === undefined || above === null) return filter;
  // Refused; or something else that the engine will not take either.
  if (!(above instanceof Filter)) filter.abandon(UNWANTED);
  return above;
}
