import type { Address } from '../protocol/address.ts';
import { addressOf, IPv4Address } from '../protocol/address.ts';
import type { ConnectionBounds } from '../protocol/connection-options.ts';
import { type Builds, ProtocolFactory } from '../protocol/factory.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import { Refused } from '../protocol/refused.ts';
import type { Cause } from '../seam/cause.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { Refusal } from './refusal.ts';
import { errorOf } from './report.ts';

/** The inherited method does not look at the address, so the system is not asked for it. */
const ignoresAddress: unknown = ProtocolFactory.prototype.buildProtocol;
const NOBODY: Address = new IPv4Address('0.0.0.0', 0);
/** What filters hear of a connection that came to nothing. */
const UNBORN: Cause = { kind: 'done', code: '', detail: 'no protocol was built for it' };

/** What the engine asks of a factory. */
type Source<P> = Builds<P> & Pick<ProtocolFactory, 'admit' | 'logPrefix'>;

/** A connection that has its protocol, and is yet to be started. */
interface Adopted<P> {
  readonly connection: Connection;
  readonly protocol: P;
  /** What the wire calls: the connection, or the lowest filter under it. */
  readonly sink: Sink;
}

/**
 * Gives a new wire the protocol that the factory builds for it. Returns null when the factory refuses the peer, a refusal,
 * which is then the wire's sink, when it does so with a message, and the error when it fails. `ended` hears of the
 * connection's end after the protocol.
 */
export function adopt<P extends Callbacks>(
  engine: Engine,
  wire: Wire,
  factory: Source<P>,
  bounds: ConnectionBounds,
  ended?: (reason: Error) => void,
): Adopted<P> | Refusal | Error | null {
  const filter = ask(engine, wire, factory, 'admit', () => factory.admit(wire, engine));
  if (filter instanceof Error) return filter;
  if (filter instanceof Refused) {
    return filter.message.length === 0 ? null : new Refusal(engine, wire, filter.message);
  }
  const protocol = ask(engine, wire, factory, 'buildProtocol', () => build(wire, factory));
  if (protocol === null || protocol instanceof Error) {
    filter?.abandon(UNBORN);
    return protocol;
  }
  const connection = new Connection(engine, filter ?? wire, protocol, bounds, ended);
  return { connection, protocol, sink: filter?.attach(connection) ?? connection };
}

function build<P extends Callbacks>(wire: Wire, factory: Source<P>): P | null {
  const protocol = factory.buildProtocol(factory.buildProtocol === ignoresAddress ? NOBODY : addressOf(wire.peer));
  if (protocol !== null) protocol.factory ??= factory;
  return protocol;
}

/** What the factory answers; the error, which is reported, when it fails. */
function ask<T>(engine: Engine, wire: Wire, factory: Source<unknown>, where: string, question: () => T): T | Error {
  engine.enter();
  try {
    return question();
  } catch (error) {
    engine.report({ who: `${factory.logPrefix()} for ${addressOf(wire.peer).authority}`, where, error });
    return errorOf(error);
  } finally {
    engine.leave();
  }
}
