import type { Address } from '../address/address.ts';
import { addressOf } from '../address/address.ts';
import { Admission, type AdmissionOwner, type AdmissionTerms } from '../engine/admission.ts';
import type { Engine } from '../engine/engine.ts';
import { CONNECTIONS } from '../engine/observers.ts';
import type { Origin } from '../engine/origin.ts';
import { NO_PRELUDE, type Prelude } from '../engine/prelude.ts';
import { prefixOf } from '../engine/report.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import { Tally } from '../engine/tally.ts';
import type { Undecided } from '../engine/undecided.ts';
import { AdmissionFailed, isAdmissionReason, PortStopped } from '../filters/refused.ts';
import { Factory } from '../protocol/factory.ts';
import type { Drained, DrainOptions, ListeningPort } from '../protocol/port.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { Transport } from '../protocol/transport.ts';
import type { PortView } from '../protocol/views.ts';
import type { Cause } from '../seam/cause.ts';
import type { Listener, ListenPlace, ListenSink } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { checkAtLeast } from '../values/checks.ts';
import { factsOf } from '../values/details.ts';
import { Drain } from './drain.ts';
import { checkOptions } from './options.ts';

/** What a port asks of its wires. */
export interface PortTerms extends AdmissionTerms {
  /** Settings for TLS from the first byte on; without TLS if undefined. */
  readonly tls: ServerTLS | undefined;
}

/** Where a port gets its wires from. */
export interface WireSource {
  /** The place as the program wrote it, for messages. */
  readonly name: string;
  /** What is told of the only wire of a port that adopts it; undefined where wires are accepted. */
  readonly outcome?: Outcome;
  /** Opens it: the `listen` of the seam for its place, with how its wires are to be handed over. */
  listen(handover: Handover, sink: ListenSink): Promise<Listener | Cause>;
  /** Returns the error for a port that cannot be opened. */
  failure(why: string, options?: ErrorOptions): Error;
}

/** How a wire is handed over: see `ListenPlace`. */
type Handover = Pick<ListenPlace, 'paused' | 'asked'>;

/** Is told what became of a wire. One that was seated is lost later. */
export interface Outcome {
  seated(protocol: Callbacks): void;
  refused(reason: Error): void;
  lost(): void;
}

/** Starts the connections of a port, and tells observers of those that are refused. */
class Arrivals implements AdmissionOwner<Callbacks> {
  /** The drain of the port, once that has begun. */
  drain: Drain | undefined;
  readonly #engine: Engine;
  readonly #outcome: Outcome | undefined;

  constructor(engine: Engine, outcome: Outcome | undefined) {
    this.#engine = engine;
    this.#outcome = outcome;
  }

  building(): void {}

  seated(connection: StreamTransport, protocol: Callbacks): void {
    // One that begins in `connectionMade` finds the connection itself.
    const { drain } = this;
    connection.start();
    drain?.joined(connection);
    this.#outcome?.seated(protocol);
  }

  refused(reason: Error, one: Undecided | undefined): void {
    this.#outcome?.refused(reason);
    const { observers } = this.#engine;
    if (one === undefined || !observers.ask(CONNECTIONS)) return;
    // An error that a callback threw may have any code, or none.
    const told = isAdmissionReason(reason) ? reason : new AdmissionFailed(reason.message, { cause: reason });
    const view = one.view();
    observers.connectionRefused(one.peer, told, view);
  }

  lost(): void {
    this.#outcome?.lost();
  }
}

/** An open port and the factory that serves it. */
export class Port implements ListeningPort {
  readonly #engine: Engine;
  readonly #factory: Factory;
  readonly #listener: Listener;
  readonly #admission: Admission<Callbacks>;
  readonly #arrivals: Arrivals;
  readonly #tls: ServerTLS | undefined;
  /** True if it has only one wire, which was not accepted: observers are told of its connection alone. */
  readonly #adopted: boolean;
  readonly #host: Address;
  readonly #since: number;
  readonly #over: (port: Port) => void;
  #closed: Promise<void> | undefined;
  #drained: Promise<Drained> | undefined;

  private constructor(
    engine: Engine,
    factory: Factory,
    listener: Listener,
    admission: Admission<Callbacks>,
    arrivals: Arrivals,
    tls: ServerTLS | undefined,
    adopted: boolean,
    over: (port: Port) => void,
  ) {
    this.#engine = engine;
    this.#factory = factory;
    this.#listener = listener;
    this.#admission = admission;
    this.#arrivals = arrivals;
    this.#tls = tls;
    this.#adopted = adopted;
    this.#host = addressOf(listener.name);
    this.#since = engine.now();
    this.#over = over;
  }

  /**
   * Opens a port on that source; `over` is called once, when the port has closed and its connections are gone. Rejects with the error of
   * the source if the port cannot be opened, the certificates cannot be used, or the reactor is stopping.
   */
  static async open(
    engine: Engine,
    source: WireSource,
    factory: Factory,
    terms: PortTerms,
    over: (port: Port) => void,
  ): Promise<Port> {
    if (engine.stopping) throw source.failure('the reactor is stopping');
    // A port that reads a header before it asks the factory cannot have its wires paused.
    const paused = factory.admitsLater && terms.header === undefined && source.outcome === undefined;
    const asked = terms.header !== undefined || looksAtPeers(factory);
    const tally = new Tally(engine.tally);
    const origin: Origin = { id: engine.newId(), role: 'server', factory, tally };
    const arrivals = new Arrivals(engine, source.outcome);
    const admission = new Admission<Callbacks>(engine, factory, { ...terms, paused }, origin, arrivals);
    let known: Prelude = NO_PRELUDE;
    const onAccepted = (wire: Wire): Sink | null => admission.begin(wire, known).sink;
    checkCertificates(engine, source, terms.tls);
    const handover = { ...(paused && { paused }), ...(asked && { asked }) };
    const listener = await source.listen(handover, {
      onAccepted,
      onAcceptFailed: complaints(engine, `the port ${source.name}`, tally),
    });
    if ('kind' in listener) throw source.failure(listener.detail, { cause: listener });
    const adopted = source.outcome !== undefined;
    const opened = new Port(engine, factory, listener, admission, arrivals, terms.tls, adopted, over);
    if (!adopted) {
      known = { host: opened.#host };
      engine.observers.listening(opened.#host);
    }
    void listener.exhausted?.then(() => opened.stopListening());
    return opened;
  }

  getHost(): Address {
    return this.#host;
  }

  get connections(): Iterable<Transport> & { readonly size: number } {
    return this.#admission.connections;
  }

  /** Returns what the port shows of itself now. */
  view(): PortView {
    const { id, factory, tally } = this.#admission.origin;
    const facts = factsOf(this.#factory);
    return {
      id,
      host: this.#host.authority,
      factory: prefixOf(factory),
      listening: this.#closed === undefined,
      since: this.#since,
      totals: tally.totals(this.#admission.connections),
      policies: this.#factory.describePolicies(),
      ...(facts === undefined ? {} : { facts }),
    };
  }

  async reload(): Promise<void> {
    if (this.#tls === undefined) return;
    await this.#tls.reload();
    this.#engine.contexts.renew(this.#tls);
  }

  stopListening(): Promise<void> {
    this.#refuse();
    return this.#close();
  }

  drain(options: DrainOptions = {}): Promise<Drained> {
    try {
      checkOptions(options, 'timeoutMs: 25_000');
      const { timeoutMs = 25_000, stopLingerMs = 1000 } = options;
      checkAtLeast('timeoutMs', timeoutMs, 0);
      checkAtLeast('stopLingerMs', stopLingerMs, 0);
      this.#drained ??= this.#drain(timeoutMs, stopLingerMs);
      return this.#drained;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Drains, and ends a drain that is under way within the same time. */
  drainWithin(options: Required<DrainOptions>): Promise<Drained> {
    this.#arrivals.drain?.within(options.timeoutMs);
    return this.drain(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stopListening();
  }

  async #drain(timeoutMs: number, stopLingerMs: number): Promise<Drained> {
    const closed = this.#close();
    const { connections } = this.#admission;
    const drain = new Drain(this.#engine, connections, () => {
      this.#refuse();
      void connections.end(stopLingerMs, 'the port drained');
    });
    this.#arrivals.drain = drain;
    drain.within(timeoutMs);
    for (const connection of connections) drain.joined(connection);
    await closed;
    return drain.over();
  }

  /** Refuses those that do not have their protocol yet. */
  #refuse(): void {
    this.#admission.stop(new PortStopped(`the port ${this.#host.authority} has stopped`));
  }

  #close(): Promise<void> {
    this.#closed ??= this.#closeOnce();
    return this.#closed;
  }

  async #closeOnce(): Promise<void> {
    await this.#listener.close();
    if (!this.#adopted) this.#engine.observers.stoppedListening(this.#host);
    await this.#admission.decided();
    this.#engine.guard(prefixOf(this.#factory), 'stopFactory', () => this.#factory.doStop());
    void this.#admission.connections.whenEmpty().then(() => this.#over(this));
  }
}

/** Throws the error of the source if the certificates cannot be used: before the port opens, not at the first client. */
function checkCertificates(engine: Engine, source: WireSource, tls: ServerTLS | undefined): void {
  try {
    if (tls !== undefined) engine.contexts.renew(tls);
  } catch (error) {
    throw source.failure(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Reports what keeps a port from accepting, at most once a second: without descriptors it fails again and again. */
function complaints(engine: Engine, who: string, tally: Tally): (cause: Cause) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (cause) => {
    tally.acceptFailed();
    if (engine.now() < quietUntil) return;
    quietUntil = engine.now() + 1000;
    engine.report({ who, where: 'accept', error: new Error(cause.detail, { cause }) });
  };
}

/** True if `buildProtocol` or `admit` is overridden: somebody may look at who connects before there is a protocol. */
function looksAtPeers(factory: Factory): boolean {
  const { admit, buildProtocol } = Factory.prototype;
  return factory.admit !== admit || factory.buildProtocol !== buildProtocol;
}
