import type { Address } from '../protocol/address.ts';
import { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import { described, isClass, nameOf } from '../protocol/misuse.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { isProtocolClass } from '../protocol/role.ts';

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
