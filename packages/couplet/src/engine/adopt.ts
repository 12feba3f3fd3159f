import type { Address } from '../address/address.ts';
import { addressOf, IPv4Address } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import { Refused } from '../filters/refused.ts';
import { type Builds, ProtocolFactory } from '../protocol/factory.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { Cause } from '../seam/cause.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { described } from '../values/checks.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Engine } from './engine.ts';
import type { Facts } from './facts.ts';
import { Refusal } from './refusal.ts';
import { errorOf, prefixOf } from './report.ts';
import { StreamTransport } from './stream-transport.ts';

/** The inherited method does not look at the address, so the system is not asked for it. */
const ignoresAddress: unknown = ProtocolFactory.prototype.buildProtocol;
const NOBODY: Address = new IPv4Address('0.0.0.0', 0);
/** What filters hear of a connection that came to nothing. */
const UNBORN: Cause = { kind: 'done', code: '', detail: 'no protocol was built for it' };

/** What the engine asks of a factory. */
type Source<P> = Builds<P> & Pick<ProtocolFactory, 'admit' | 'logPrefix'>;

/** A connection that has its protocol, and is yet to be started. */
interface Equipped<P> {
  readonly connection: StreamTransport;
  readonly protocol: P;
}

/** The same, with what the wire calls: the connection, or the lowest filter under it. */
interface Adopted<P> extends Equipped<P> {
  readonly sink: Sink;
}

/**
 * Asks the factory whether a new connection may be. Returns the wire for it, with the factory's filters above it, or what the
 * peer is told, or the error when the factory fails.
 */
export function admit(engine: Engine, wire: Wire, factory: Source<unknown>): Wire | Refused | Error {
  return ask(engine, wire, factory, 'admit', () => verdictOf(factory.admit(wire, engine)) ?? wire);
}

/** What a factory or policy may answer; code without types may answer anything. */
function verdictOf(answer: unknown): Filter | Refused | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (answer instanceof Filter || answer instanceof Refused) return answer;
  throw new TypeError(`admit returned ${nameOf(answer)}: a Filter, a Refused or nothing would be right`);
}

/** What code without types returned, in a word; a promise that was not asked for must not reject unheard. */
function nameOf(answer: unknown): string {
  if (!isThenable(answer)) return described(answer);
  promiseOf(answer).catch(() => {});
  return 'a promise';
}

/** What the bare wire calls, when `sink` is above an admitted one. */
export function under(admitted: Wire, sink: Sink): Sink {
  return admitted instanceof Filter ? admitted.attach(sink) : sink;
}

/**
 * Gives an admitted wire the protocol that the factory builds for it. Returns null when the factory refuses the peer, and the
 * error when it fails. `ended` hears of the connection's end after the protocol.
 */
export function equip<P extends Callbacks>(
  engine: Engine,
  admitted: Wire,
  factory: Source<P>,
  bounds: ConnectionBounds,
  ended?: (reason: Error) => void,
  facts?: Facts,
): Equipped<P> | Error | null {
  const protocol = ask(engine, admitted, factory, 'buildProtocol', () => build(admitted, factory));
  if (protocol === null || protocol instanceof Error) return protocol;
  return { connection: new StreamTransport(engine, admitted, protocol, bounds, ended, facts), protocol };
}

/** Both in one. Where the factory refuses with a message, returns a refusal, which is then the wire's sink. */
export function adopt<P extends Callbacks>(
  engine: Engine,
  wire: Wire,
  factory: Source<P>,
  bounds: ConnectionBounds,
  ended?: (reason: Error) => void,
  facts?: Facts,
): Adopted<P> | Refusal | Error | null {
  const admitted = admit(engine, wire, factory);
  if (admitted instanceof Error) return admitted;
  if (admitted instanceof Refused) {
    return admitted.message.length === 0 ? null : new Refusal(engine, wire, admitted.message);
  }
  const equipped = equip(engine, admitted, factory, bounds, ended, facts);
  if (equipped === null || equipped instanceof Error) {
    if (admitted instanceof Filter) admitted.abandon(UNBORN);
    return equipped;
  }
  return { ...equipped, sink: under(admitted, equipped.connection) };
}

function build<P extends Callbacks>(wire: Wire, factory: Source<P>): P | null {
  const address = factory.buildProtocol === ignoresAddress ? NOBODY : addressOf(wire.peer);
  const built: P | null | undefined = factory.buildProtocol(address);
  if (built === null) return null;
  if (built === undefined || isThenable(built) || typeof built.makeConnection !== 'function')
    throw new TypeError(`buildProtocol returned ${nameOf(built)}: a protocol or null would be right`);
  built.factory ??= factory;
  return built;
}

/** What the factory answers; the error, which is reported, when it fails. */
function ask<T>(engine: Engine, wire: Wire, factory: Source<unknown>, where: string, question: () => T): T | Error {
  engine.enter();
  try {
    return question();
  } catch (error) {
    engine.report({ who: `${prefixOf(factory)} for ${addressOf(wire.peer).authority}`, where, error });
    return errorOf(error);
  } finally {
    engine.leave();
  }
}
