import { type Address, addressOf, IPv4Address } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import { AdmissionQueueFull, NoProtocolBuilt, Refused, type Verdict } from '../filters/refused.ts';
import { type Builds, ProtocolFactory } from '../protocol/factory.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { described } from '../values/checks.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { Connections } from './connections.ts';
import type { Engine } from './engine.ts';
import { Handshake } from './handshake.ts';
import { Group } from './live.ts';
import { CONNECTIONS } from './observers.ts';
import type { Origin } from './origin.ts';
import { NO_PRELUDE, type Prelude } from './prelude.ts';
import { errorOf, prefixOf } from './report.ts';
import { StreamTransport } from './stream-transport.ts';
import { type Steps, Undecided, Wait } from './undecided.ts';

/** The inherited method, which does not use the address: for a factory that has it, the system is not asked for the address. */
const ignoresAddress: unknown = ProtocolFactory.prototype.buildProtocol;
const ANY: Address = new IPv4Address('0.0.0.0', 0);
/** The cause that filters are told when their connection ended before it had a protocol. */
const UNBORN: Cause = { kind: 'done', code: '', detail: 'no protocol was built for it' };

/** What the admission asks of a factory. */
export type Source<P> = Builds<P> & Pick<ProtocolFactory, 'admit' | 'logPrefix'>;

/** Reads the header that a proxy sends first. */
export interface HeaderReader {
  /**
   * Returns the filter that reads the header of `wire`, and is the wire of the announced connection from then on; or an error if the
   * peer is not trusted to send a header. `settled` is told once, of the header or of the error that took its place.
   */
  read(wire: Wire, clock: Clock, settled: Settled<ProxyHeader, Error>): Filter | Error;
}

/** What a port or connector asks of a wire before it has a protocol. */
export interface AdmissionTerms {
  readonly bounds: ConnectionBounds;
  /** Reads the header that the peer sends first. */
  readonly header?: HeaderReader | undefined;
  /** Writes the header that this side sends first, and returns the wire to go on with. What it throws is the reason of a refusal. */
  readonly announce?: ((wire: Wire) => Wire) | undefined;
  readonly tls?: TLS | undefined;
  /** The host name that a client asks for in its handshake. What it throws is the reason of a refusal. */
  readonly serverName?: () => string;
  /** True when new wires come paused. Each is resumed once it has its protocol, or before it is closed with a message. */
  readonly paused?: boolean;
}

/** The result for a new wire. The wire calls the sink from then on; where that is null, it is to be closed. */
export type Admitted<P> =
  | { readonly kind: 'seated'; readonly connection: StreamTransport; readonly protocol: P; readonly sink: Sink }
  | { readonly kind: 'waiting'; readonly sink: Sink }
  | { readonly kind: 'refused'; readonly reason: Error; readonly sink: Sink | null };

/** What an admission reports to: a port or a connector. */
export interface AdmissionOwner<P> {
  /** The factory is about to be asked for a protocol. */
  building(): void;
  /** The wire has its protocol. The owner starts the connection. */
  seated(connection: StreamTransport, protocol: P): void;
  /**
   * The wire is refused. Called once for each such wire, in the turn in which that was decided. `one` is undefined if it did not have to
   * wait and no observer asks for it.
   */
  refused(reason: Error, one: Undecided | undefined): void;
  /** The connection is gone. Called after the `connectionLost` of its protocol. */
  lost(connection: StreamTransport, reason: Error): void;
}

/**
 * Where a wire becomes a connection: the PROXY header is read or written, the factory and its policies are asked, TLS is spoken, the
 * protocol is built. Each step but the last may be left out, and may end in a later turn. A wire that is refused never becomes a
 * connection.
 */
export class Admission<P extends Callbacks> implements Steps {
  /** The connections whose protocols were built. */
  readonly connections: Connections;
  readonly origin: Origin;
  readonly #engine: Engine;
  readonly #factory: Source<P>;
  readonly #terms: AdmissionTerms;
  readonly #owner: AdmissionOwner<P>;
  readonly #undecided: Group<Undecided>;
  /** Why every wire is refused now; undefined while wires are admitted. */
  #stopped: Error | undefined;
  /** How many verdicts are awaited. */
  #waiting = 0;
  /** How many wires may still get a protocol in a later turn, and what is called when there are none. */
  #open = 0;
  #settled: (() => void) | undefined;
  /** For the next wire: a wait that no factory or policy has used yet. Undefined if one has to be made. */
  #wait: Wait | undefined;

  constructor(engine: Engine, factory: Source<P>, terms: AdmissionTerms, origin: Origin, owner: AdmissionOwner<P>) {
    this.#engine = engine;
    this.#factory = factory;
    this.origin = origin;
    this.#terms = terms;
    this.#owner = owner;
    this.connections = new Connections(engine, origin, (connection, reason) => owner.lost(connection, reason));
    this.#undecided = new Group(engine, engine.live);
  }

  /** Takes a new wire; `known` is what is known of it already. Most wires have their connection when this returns. */
  begin(wire: Wire, known: Prelude = NO_PRELUDE): Admitted<P> {
    const { header, announce } = this.#terms;
    this.origin.tally.arrived();
    if (this.#stopped !== undefined) return this.#refuse(this.#stopped, wire, known, undefined);
    if (header !== undefined) return this.#awaitHeader(header, wire, known);
    if (announce !== undefined) return this.#announce(announce, wire, known);
    const verdict = this.#ask(wire);
    return this.#passes(verdict)
      ? this.#seat(verdict ?? wire, wire, known, undefined)
      : this.#proceed(verdict, wire, known, undefined);
  }

  /** Refuses each wire that is not decided yet, and from now on each new one, with this reason. Connections and farewells stay. */
  stop(reason: Error): void {
    this.#stopped = reason;
    for (const one of this.#undecided) one.stop(reason);
  }

  /** Resolves when each wire that has come is seated or refused. */
  async decided(): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
  }

  // The steps of a wire whose admission ends in a later turn.

  judge(one: Undecided): Sink | null {
    const { wire, prelude } = one;
    const verdict = this.#ask(wire);
    return this.#passes(verdict)
      ? this.#seat(verdict ?? wire, wire, prelude, one).sink
      : this.#proceed(verdict, wire, prelude, one).sink;
  }

  decide(one: Undecided, answer: unknown): void {
    const verdict = this.#try(one.wire, 'admit', () => verdictOf(answer));
    this.#proceed(verdict, one.wire, one.prelude, one);
  }

  fail(one: Undecided, error: unknown): void {
    this.#report(one.wire, 'admit', error);
    one.refuse(errorOf(error));
  }

  build(one: Undecided, admitted: Wire): Sink | null {
    return this.#seat(admitted, one.wire, one.prelude, one).sink;
  }

  abandon(filter: Filter, cause: Cause): void {
    this.#try(filter, 'onClosed', () => filter.abandon(cause));
  }

  released(): void {
    this.#waiting -= 1;
  }

  refused(one: Undecided, reason: Error): void {
    this.#close();
    this.#tell(reason, one);
  }

  gone(one: Undecided): void {
    this.#undecided.remove(one);
  }

  // The same steps for every wire; `one` is undefined for a wire that has not had to wait so far.

  #awaitHeader(reader: HeaderReader, wire: Wire, known: Prelude): Admitted<P> {
    const one = this.#newcomer(wire, known);
    const filter = reader.read(wire, this.#engine, one);
    if (filter instanceof Error) return this.#refuse(filter, wire, known, undefined);
    return { kind: 'waiting', sink: this.#enlist(one).awaitHeader(filter) };
  }

  #announce(announce: (wire: Wire) => Wire, bare: Wire, known: Prelude): Admitted<P> {
    let wire: Wire;
    try {
      wire = announce(bare);
    } catch (error) {
      return this.#refuse(errorOf(error), bare, known, undefined);
    }
    return this.#proceed(this.#ask(wire), wire, known, undefined);
  }

  /** True if the protocol can be built now. False also when the factory stopped the port while it was asked. */
  #passes(answer: FactoryAnswer): answer is Filter | undefined {
    const admits = answer === undefined || answer instanceof Filter;
    return admits && this.#terms.tls === undefined && this.#stopped === undefined;
  }

  /** Goes on from the factory's answer. */
  #proceed(verdict: FactoryAnswer, wire: Wire, known: Prelude, one: Undecided | undefined): Admitted<P> {
    if (verdict instanceof Wait) return this.#await(verdict, wire, known, one);
    if (verdict instanceof Error) return this.#refuse(verdict, wire, known, one);
    if (verdict instanceof Refused) return this.#turnAway(verdict, wire, known, one);
    if (this.#stopped !== undefined) {
      if (verdict !== undefined) this.abandon(verdict, UNBORN);
      return this.#refuse(this.#stopped, wire, known, one);
    }
    const { tls } = this.#terms;
    const admitted = verdict ?? wire;
    return tls === undefined ? this.#seat(admitted, wire, known, one) : this.#secure(tls, admitted, wire, known, one);
  }

  #await(wait: Wait, wire: Wire, known: Prelude, one: Undecided | undefined): Admitted<P> {
    const { maxWaiting } = this.#terms.bounds;
    const full = this.#waiting >= maxWaiting;
    this.#waiting += 1;
    const waiting = one ?? this.#enlist(this.#newcomer(wire, known));
    const sink = waiting.awaitVerdict(wait);
    if (!full && this.#stopped === undefined) return { kind: 'waiting', sink };
    const reason = this.#stopped ?? new AdmissionQueueFull(`${maxWaiting} connections wait for a verdict (maxWaiting)`);
    waiting.overflow(reason);
    return { kind: 'refused', reason, sink };
  }

  #secure(tls: TLS, admitted: Wire, wire: Wire, known: Prelude, one: Undecided | undefined): Admitted<P> {
    let handshake: Handshake;
    try {
      handshake = new Handshake(this.#engine, tls, this.#terms.serverName?.() ?? '');
    } catch (error) {
      if (admitted instanceof Filter) this.abandon(admitted, UNBORN);
      return this.#refuse(errorOf(error), wire, known, one);
    }
    const waiting = one ?? this.#enlist(this.#newcomer(wire, known));
    const sink = waiting.awaitTls(admitted, handshake);
    // Only a filter of the application's own throws here.
    const failure = this.#try(admitted, 'startTls', () => handshake.begin(admitted));
    if (failure === undefined) return { kind: 'waiting', sink };
    waiting.refuse(failure);
    return { kind: 'refused', reason: failure, sink };
  }

  /** The last step. */
  #seat(admitted: Wire, wire: Wire, known: Prelude, one: Undecided | undefined): Admitted<P> {
    this.#owner.building();
    const protocol = this.#try(admitted, 'buildProtocol', () => built(admitted, this.#factory));
    if (protocol === null || protocol instanceof Error) {
      // After a handshake the wire tells the filters itself.
      if (known.tls === undefined && admitted instanceof Filter) this.abandon(admitted, UNBORN);
      return this.#refuse(protocol ?? new NoProtocolBuilt('buildProtocol returned null'), wire, known, one);
    }
    const { bounds, paused } = this.#terms;
    const connection = new StreamTransport(this.#engine, admitted, protocol, bounds, this.connections, known);
    const sink = this.#below(admitted, connection, known, one);
    if (one !== undefined) one.resume();
    else if (paused === true) wire.resume();
    // Before the protocol runs: it may look, and must not find its connection twice.
    one?.seat();
    this.#owner.seated(connection, protocol);
    if (one !== undefined) this.#close();
    return { kind: 'seated', connection, protocol, sink };
  }

  /** Returns what the wire calls for that connection; after a handshake, what the topmost filter calls. */
  #below(admitted: Wire, connection: StreamTransport, { tls }: Prelude, one: Undecided | undefined): Sink {
    if (tls !== undefined) return connection;
    if (one !== undefined) return one.under(admitted, connection);
    return admitted instanceof Filter ? admitted.attach(connection) : connection;
  }

  /** Refuses with a message; without it on a TLS port, where a client cannot read what is sent in clear. */
  #turnAway(refused: Refused, wire: Wire, known: Prelude, one: Undecided | undefined): Admitted<P> {
    const { message, reason } = refused;
    if (message.length === 0 || this.#terms.tls !== undefined) return this.#refuse(reason, wire, known, one);
    const waiting = one ?? this.#enlist(this.#newcomer(wire, known));
    return { kind: 'refused', reason, sink: waiting.turnAway(refused) };
  }

  #refuse(reason: Error, wire: Wire, known: Prelude, one: Undecided | undefined): Admitted<P> {
    if (one !== undefined) return { kind: 'refused', reason, sink: one.refuse(reason) };
    this.#tell(reason, this.#engine.observers.ask(CONNECTIONS) ? this.#newcomer(wire, known) : undefined);
    return { kind: 'refused', reason, sink: null };
  }

  /** Counts a refusal, and tells the owner. */
  #tell(reason: Error, one: Undecided | undefined): void {
    this.origin.tally.refused(reason);
    this.#owner.refused(reason, one);
  }

  #newcomer(wire: Wire, known: Prelude): Undecided {
    const { bounds, paused = false } = this.#terms;
    return new Undecided(this.#engine, this, wire, known, paused, bounds.admissionTimeoutMs);
  }

  #enlist(one: Undecided): Undecided {
    this.#undecided.add(one);
    this.#open += 1;
    return one;
  }

  /** An undecided wire is seated or refused. */
  #close(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#settled?.();
  }

  // What the factory says.

  /** Asks the factory whether it admits the wire. */
  #ask(wire: Wire): FactoryAnswer {
    const wait = this.#wait ?? new Wait();
    this.#wait = undefined;
    const verdict = this.#try(wire, 'admit', () => {
      const answer: unknown = this.#factory.admit(wire, this.#engine, wait);
      return isThenable(answer) ? wait.begin(answer) : verdictOf(answer);
    });
    if (!wait.taken) this.#wait = wait;
    return verdict;
  }

  /** Returns what the factory answers; if it throws, reports the error and returns that. */
  #try<T>(wire: Wire, where: string, question: () => T): T | Error {
    this.#engine.enter();
    const mark = this.#engine.stopwatch?.begin();
    try {
      return question();
    } catch (error) {
      this.#report(wire, where, error);
      return errorOf(error);
    } finally {
      if (mark !== undefined) this.#engine.stopwatch?.end(mark, () => prefixOf(this.#factory), where);
      this.#engine.leave();
    }
  }

  #report(wire: Wire, where: string, error: unknown): void {
    const who = `${prefixOf(this.#factory)} for ${addressOf(wire.peer).authority}`;
    this.origin.tally.errors += 1;
    this.#engine.report({ who, where, error });
  }
}

/** What the factory answered: its verdict, the wait for a promised one, or the error that it threw. */
type FactoryAnswer = Verdict | Wait | Error;

/** What a factory or policy may answer; code without types may answer anything. */
function verdictOf(answer: unknown): Verdict {
  if (answer === undefined || answer === null) return undefined;
  if (answer instanceof Filter || answer instanceof Refused) return answer;
  throw new TypeError(`admit returned ${nameOf(answer)}, not a Filter, a Refused or undefined`);
}

function built<P extends Callbacks>(wire: Wire, factory: Source<P>): P | null {
  const address = factory.buildProtocol === ignoresAddress ? ANY : addressOf(wire.peer);
  const protocol: P | null | undefined = factory.buildProtocol(address);
  if (protocol === null) return null;
  if (protocol === undefined || isThenable(protocol) || typeof protocol.makeConnection !== 'function')
    throw new TypeError(`buildProtocol returned ${nameOf(protocol)}, not a protocol or null`);
  protocol.factory ??= factory;
  return protocol;
}

/** Describes what code without types returned. A promise is handled as well, so that its rejection does not end the process. */
function nameOf(answer: unknown): string {
  if (!isThenable(answer)) return described(answer);
  promiseOf(answer).catch(() => {});
  return 'a promise';
}
