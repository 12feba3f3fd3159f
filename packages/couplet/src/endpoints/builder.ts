import type { Address } from '../protocol/address.ts';
import { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';

/** What builds a protocol for each connection: a client factory, or a function that gets the peer's address. */
export type Builder = ClientFactory | ((address: Address) => ProtocolUnder<ClientFactory>);

/** The protocol that a builder of type B builds. */
export type ProtocolOf<B extends Builder> = B extends ClientFactory
  ? BuiltBy<B>
  : B extends (address: Address) => infer P
    ? P
    : never;

/** The builder as a factory. */
export function factoryOf(builder: Builder): ClientFactory {
  return builder instanceof ClientFactory ? builder : new Building(builder);
}

class Building extends ClientFactory {
  override readonly buildProtocol: (address: Address) => ProtocolUnder<ClientFactory>;

  constructor(build: (address: Address) => ProtocolUnder<ClientFactory>) {
    super();
    this.buildProtocol = build;
  }
}
