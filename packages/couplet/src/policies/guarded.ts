import { type Address, addressOf } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import { ClientFactory, owned, WrappingClientFactory } from '../protocol/client-factory.ts';
import type { Builds, BuiltBy } from '../protocol/factory.ts';
import { Factory } from '../protocol/factory.ts';
import type { ProtocolFor, Result } from '../protocol/protocol.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import { type Clock, reportTo } from '../time/clock.ts';
import { classOf } from '../values/checks.ts';
import { type Details, factsOf } from '../values/details.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';

/** What a policy can be put around: a factory of either side, or a function that builds the protocols of a server. */
export type Guardable = Factory | ClientFactory | BuildFunction;

/**
 * The type of a factory behind a policy: `Factory` for a server factory or a function; for a client factory a `ClientFactory` that builds the same
 * protocols.
 */
export type Guarded<F extends Guardable> = F extends ClientFactory ? ClientFactory & Builds<BuiltBy<F>> : Factory;

/** A rule for connections: it admits each one, with a filter or as it is, or refuses it. */
export interface Policy {
  /** True if `filter` may return promises; by default false. */
  readonly admitsLater?: boolean;
  /**
   * Returns a filter for the wire, a `Refused`, or `undefined` to admit the connection as it is; or a promise of one of them.
   * `wait.signal` is aborted when the promise is not awaited any more; a filter that comes after that is abandoned at once.
   */
  filter(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict>;
  /**
   * Returns what the policy shows of itself now, for `describePolicies` of the factory: its name as `policy`, and its numbers. 20 entries
   * are shown, and 200 characters of each text. If it throws, the message of its error is shown instead.
   */
  describe?(): Details;
}

/** The cause that a filter is told when a policy or factory further in refused its connection. */
const UNWANTED: Cause = { kind: 'done', code: '', detail: 'it was refused' };

/**
 * Puts a factory behind a policy. `admit` asks the policy first and then the factory; every other call goes to the factory, which is
 * also what `factory` of the protocols is. Of several policies the outermost is next to the network, and is asked first. Throws a
 * `TypeError` if `factory` is not a factory.
 */
export function guard<F extends Guardable>(factory: F, policy: Policy): Guarded<F> {
  const guarded =
    factory instanceof ClientFactory
      ? new GuardedClientFactory(factory, policy)
      : new GuardedFactory(factoryFrom(factory), policy);
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

  override describe(): Details {
    return this.#inner.describe?.() ?? {};
  }

  override logPrefix(): string {
    return this.#inner.logPrefix();
  }

  override describePolicies(): Details[] {
    return describedBy(this.#policy, this.#inner);
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

  override describePolicies(): Details[] {
    return describedBy(this.#policy, this.inner);
  }
}

function answersLater(inner: Factory | ClientFactory, policy: Policy): boolean {
  return inner.admitsLater || policy.admitsLater === true;
}

/** What a policy shows, if it does, and then what those further in show. */
function describedBy(policy: Policy, inner: Factory | ClientFactory): Details[] {
  const others = inner.describePolicies();
  const facts = factsOf(policy, { policy: classOf(policy) ?? 'Policy' });
  return facts === undefined ? others : [facts, ...others];
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
    if (answer instanceof Filter) return stacked(answer, clock, wait, () => inner.admit(answer, clock, wait));
    // Code without types may answer null.
    return answer === undefined || answer === null ? inner.admit(wire, clock, wait) : answer;
  };
  const answer = policy.filter(wire, clock, wait);
  if (!isThenable<Verdict>(answer)) return above(answer);
  return promiseOf(answer).then((late) => {
    if (!wait.signal.aborted) return above(late);
    if (late instanceof Filter) abandon(late, clock);
    return undefined;
  });
}

/** Returns the filter with the factory's answer above it. The filter is abandoned if the factory refuses the connection, or throws. */
function stacked(
  filter: Filter,
  clock: Clock,
  wait: AdmissionWait,
  ask: () => Verdict | PromiseLike<Verdict>,
): Verdict | PromiseLike<Verdict> {
  const drop = (): void => abandon(filter, clock);
  try {
    const answer = ask();
    return isThenable<Verdict>(answer) ? kept(filter, wait, promiseOf(answer), drop) : topOf(filter, answer, drop);
  } catch (error) {
    drop();
    throw error;
  }
}

/** The same for a promised answer, which may never come: the filter is abandoned when the answer is not awaited any more. */
async function kept(filter: Filter, wait: AdmissionWait, answer: Promise<Verdict>, drop: () => void): Promise<Verdict> {
  const { signal } = wait;
  signal.addEventListener('abort', drop);
  // What was asked may have ended the wait itself.
  if (signal.aborted) drop();
  try {
    return topOf(filter, await answer, drop);
  } catch (error) {
    drop();
    throw error;
  } finally {
    signal.removeEventListener('abort', drop);
  }
}

/** Returns the top of the stack that the filter and the answer make. */
function topOf(filter: Filter, above: Verdict, drop: () => void): Verdict {
  // Code without types may answer null.
  if (above === undefined || above === null) return filter;
  // A `Refused`, or a value that the engine rejects.
  if (!(above instanceof Filter)) drop();
  return above;
}

/** Tells a filter that its connection was refused. What it throws is reported, and does not change why the connection is refused. */
function abandon(filter: Filter, clock: Clock): void {
  try {
    filter.abandon(UNWANTED);
  } catch (error) {
    reportTo(clock, { who: `a policy for ${addressOf(filter.peer).authority}`, where: 'onClosed', error });
  }
}
