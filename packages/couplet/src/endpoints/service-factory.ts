import type { Address } from '../address/address.ts';
import { ClientFactory, WrappingClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder, Result } from '../protocol/protocol.ts';
import { isProtocolClass } from '../protocol/role.ts';
import type { Clock } from '../time/clock.ts';
import { described, isClass, nameOf } from '../values/checks.ts';

/** Builds a protocol for each connection: a client factory, or a function that gets the peer's address and returns a new protocol. */
export type Builder = ClientFactory | ((address: Address) => ProtocolUnder<ClientFactory>);

/** The protocol that a builder of type B builds. */
export type ProtocolOf<B extends Builder> = B extends ClientFactory
  ? BuiltBy<B>
  : B extends (address: Address) => infer P
    ? P
    : never;

/** Returns the builder as a factory. Throws a `TypeError` if it is neither a client factory nor a function. */
export function factoryOf(builder: Builder): ClientFactory {
  if (!(builder instanceof ClientFactory)) checkBuilder(builder);
  return builder instanceof ClientFactory ? builder : new Building(builder);
}

function checkBuilder(builder: unknown): void {
  if (typeof builder === 'function' && !isClass(builder)) return;
  const name = isProtocolClass(builder) ? nameOf(builder) : undefined;
  throw new TypeError(
    `builder is ${described(builder)}, neither a ClientFactory nor a function: write () => new ${name ?? 'Echo'}()`,
  );
}

class Building extends ClientFactory {
  override readonly buildProtocol: (address: Address) => ProtocolUnder<ClientFactory>;

  constructor(build: (address: Address) => ProtocolUnder<ClientFactory>) {
    super();
    this.buildProtocol = build;
  }
}

/**
 * Wraps the factory of a service, and tells the service of the clock and of the end of each connection. The service decides
 * what follows, so the inner factory is not told of failed attempts and lost connections: it might connect again by itself.
 */
export class ServiceFactory extends WrappingClientFactory {
  /** The clock of the reactor, since it first started this factory. */
  clock: Clock | undefined;
  /** Why the connection of the last attempt ended. */
  reason: Error | undefined;
  /** Why the inner factory cannot build a protocol, once that is known. */
  flaw: unknown;
  readonly #onGone: (reason: Error) => void;
  #connector: Connector | undefined;
  /** Calls that wait for the clock. */
  readonly #clockless: ((clock: Clock) => void)[] = [];

  /** `onGone` is called with the reason when a connection has ended, after its protocol was told. */
  constructor(inner: ClientFactory, onGone: (reason: Error) => void) {
    super(inner);
    this.#onGone = onGone;
  }

  /** Closes the connection in order. */
  disconnect(): void {
    this.#connector?.disconnect();
  }

  override doStart(reactor: Clock): Result {
    this.clock = reactor;
    for (const call of this.#clockless.splice(0)) call(reactor);
    return super.doStart(reactor);
  }

  /** Calls `call` with the given clock, or else with that of the reactor, as soon as that is known. */
  whenClocked(given: Clock | undefined, call: (clock: Clock) => void): void {
    const clock = given ?? this.clock;
    if (clock === undefined) this.#clockless.push(call);
    else call(clock);
  }

  /** What the service is connected to, or was last. */
  get destination(): string | undefined {
    return this.#connector?.destination;
  }

  override checkProtocol(): void {
    try {
      super.checkProtocol();
    } catch (error) {
      this.flaw = error;
      throw error;
    }
  }

  override startedConnecting(connector: Connector): void {
    this.#connector = connector;
    this.reason = undefined;
  }

  override clientConnectionFailed(): void {}

  override clientConnectionLost(_connector: Connector, reason: Error): void {
    this.reason = reason;
    this.#onGone(reason);
  }
}
