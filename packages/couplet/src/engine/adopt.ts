import type { Address } from '../protocol/address.ts';
import { addressOf, IPv4Address } from '../protocol/address.ts';
import type { ConnectionBounds } from '../protocol/connection-options.ts';
import { type Builds, ProtocolFactory } from '../protocol/factory.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { Wire } from '../seam/wire.ts';
import { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { errorOf } from './report.ts';

/** The inherited method does not look at the address, so the system is not asked for it. */
const ignoresAddress: unknown = ProtocolFactory.prototype.buildProtocol;
const NOBODY: Address = new IPv4Address('0.0.0.0', 0);

/** A connection that has its protocol, and is yet to be started. */
interface Adopted<P> {
  readonly connection: Connection;
  readonly protocol: P;
}

/**
 * Gives a new wire the protocol that the factory builds for it. Returns null when the factory refuses the peer, the
 * error when it fails. `ended` hears of the connection's end after the protocol.
 */
export function adopt<P extends Callbacks>(
  engine: Engine,
  wire: Wire,
  factory: Builds<P>,
  bounds: ConnectionBounds,
  ended?: (reason: Error) => void,
): Adopted<P> | Error | null {
  let protocol: P | Error | null;
  engine.enter();
  try {
    protocol = factory.buildProtocol(factory.buildProtocol === ignoresAddress ? NOBODY : addressOf(wire.peer));
    if (protocol !== null) protocol.factory ??= factory;
  } catch (error) {
    protocol = errorOf(error);
    engine.report({
      who: `${factory.constructor.name} for ${addressOf(wire.peer).authority}`,
      where: 'buildProtocol',
      error,
    });
  }
  engine.leave();
  if (protocol === null || protocol instanceof Error) return protocol;
  return { connection: new Connection(engine, wire, protocol, bounds, ended), protocol };
}
