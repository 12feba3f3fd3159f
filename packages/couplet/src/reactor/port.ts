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
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { ServerTLS } from '../protocol/tls.ts';
import type { Transport } from '../protocol/transport.ts';
import type { PortView } from '../protocol/views.ts';
import type { Cause } from '../seam/cause.ts';
import type { Listener, ListenPlace } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { factsOf } from '../values/details.ts';

/** What a port asks of its wires. */
export interface PortTerms extends AdmissionTerms {
  /** Settings for TLS from the first byte on; without TLS if undefined. */
  readonly tls: ServerTLS | undefined;
}

/** Starts the connections of a port, and tells observers of those that are refused. */
class Arrivals implements AdmissionOwner<Callbacks> {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  building(): void {}

  seated(connection: StreamTransport): void {
    connection.start();
  }

  refused(reason: Error, one: Undecided | undefined): void {
    const { observers } = this.#engine;
    if (one === undefined || !observers.ask(CONNECTIONS)) return;
    // An error that a callback threw may have any code, or none.
    const told = isAdmissionReason(reason) ? reason : new AdmissionFailed(reason.message, { cause: reason });
    const view = one.view();
    observers.connectionRefused(one.peer, told, view);
  }

  lost(): void {}
}

/** An open port and the factory that serves it. */
export class Port implements ListeningPort {
  readonly #engine: Engine;
  readonly #factory: Factory;
  readonly #listener: Listener;
  readonly #admission: Admission<Callbacks>;
  readonly #tls: ServerTLS | undefined;
  readonly #host: Address;
  readonly #since: number;
  readonly #closed: (port: Port) => void;
  #stopped: Promise<void> | undefined;

  private constructor(
    engine: Engine,
    factory: Factory,
    listener: Listener,
    admission: Admission<Callbacks>,
    tls: ServerTLS | undefined,
    closed: (port: Port) => void,
  ) {
    this.#engine = engine;
    this.#factory = factory;
    this.#listener = listener;
    this.#admission = admission;
    this.#tls = tls;
    this.#host = addressOf(listener.name);
    this.#since = engine.now();
    this.#closed = closed;
  }

  /**
   * Opens a port. `name` is the place as the program wrote it, for messages; `closed` is called once, when the port has closed. Rejects
   * with a `CannotListenError` if the port cannot be opened, the certificates cannot be used, or the reactor is stopping.
   */
  static async open(
    engine: Engine,
    name: string,
    place: ListenPlace,
    factory: Factory,
    terms: PortTerms,
    closed: (port: Port) => void,
  ): Promise<Port> {
    const port = place.kind === 'tcp' ? place.port : undefined;
    if (engine.stopping) throw new CannotListenError(name, port, 'the reactor is stopping');
    // A port that reads a header before it asks the factory cannot have its wires paused.
    const paused = factory.admitsLater && terms.header === undefined;
    const tally = new Tally(engine.tally);
    const origin: Origin = { id: engine.newId(), role: 'server', factory, tally };
    const admission = new Admission<Callbacks>(engine, factory, { ...terms, paused }, origin, new Arrivals(engine));
    let known: Prelude = NO_PRELUDE;
    const onAccepted = (wire: Wire): Sink | null => admission.begin(wire, known).sink;
    checkCertificates(engine, name, port, terms.tls);
    const listener = await engine.streams.listen(paused ? { ...place, paused } : place, {
      onAccepted,
      onAcceptFailed: complaints(engine, `the port ${name}`, tally),
    });
    if ('kind' in listener) throw new CannotListenError(name, port, listener.detail, { cause: listener });
    const opened = new Port(engine, factory, listener, admission, terms.tls, closed);
    known = { host: opened.#host };
    engine.observers.listening(opened.#host);
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
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stopListening();
  }

  async #stop(): Promise<void> {
    this.#admission.stop(new PortStopped(`the port ${this.#host.authority} has stopped`));
    await this.#listener.close();
    this.#closed(this);
    this.#engine.observers.stoppedListening(this.#host);
    this.#engine.guard(prefixOf(this.#factory), 'stopFactory', () => this.#factory.doStop());
  }
}

/** Throws a `CannotListenError` if the certificates cannot be used: before the port opens, not at the first client. */
function checkCertificates(engine: Engine, name: string, port: number | undefined, tls: ServerTLS | undefined): void {
  try {
    if (tls !== undefined) engine.contexts.renew(tls);
  } catch (error) {
    throw new CannotListenError(name, port, error instanceof Error ? error.message : String(error), { cause: error });
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
