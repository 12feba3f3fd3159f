import type { Address } from '../address/address.ts';
import { ClientFactory, WrappingClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder, Result } from '../protocol/protocol.ts';
import { isProtocolClass } from '../protocol/role.ts';
import type { Clock } from '../time/clock.ts';
import { described, isClass, nameOf } from '../values/checks.ts';

/** What builds a protocol for each connection: a client factory, or a function that gets the peer's address. */
export type Builder = ClientFactory | ((address: Address) => ProtocolUnder<ClientFactory>);

/** The protocol that a builder of type B builds. */
export type ProtocolOf<B extends Builder> = B extends ClientFactory
  ? BuiltBy<B>
  : B extends (address: Address) => infer P
    ? P
    : never;

/** The builder as a factory. Throws a `TypeError` for what is neither a client factory nor a function. */
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
 * Stands before the factory of a service, and tells the service what neither a factory nor a protocol of the program's has to
 * say: the time, and when a connection is gone. What becomes of attempts and connections is the service's to decide, so the
 * inner factory does not hear of it: it might connect again by itself.
 */
export class ServiceFactory extends WrappingClientFactory {
  /** The reactor's, since it first started this factory. */
  clock: Clock | undefined;
  /** Why the connection of the last attempt is gone. */
  reason: Error | undefined;
  /** Why the inner factory can build nothing, once that is known. */
  flaw: unknown;
  readonly #onGone: (reason: Error) => void;
  #connector: Connector | undefined;

  /** `onGone` hears the reason when a connection is gone, after its protocol. */
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
    return super.doStart(reactor);
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
