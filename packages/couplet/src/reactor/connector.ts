import type { Address } from '../address/address.ts';
import { Admission, type AdmissionOwner, type AdmissionTerms } from '../engine/admission.ts';
import type { Engine } from '../engine/engine.ts';
import { ATTEMPTS } from '../engine/observers.ts';
import type { Origin } from '../engine/origin.ts';
import { errorOf, prefixOf } from '../engine/report.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import { AdmissionError, NoProtocolBuilt } from '../filters/refused.ts';
import { announce } from '../haproxy/announce.ts';
import { Machine } from '../machine/machine.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { ConnectError, ConnectionAborted, TimeoutError, TLSError, UserAbortError } from '../protocol/errors.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS } from '../protocol/tls.ts';
import { serverNameOf } from '../protocol/tls.ts';
import type { ConnectorState, ConnectorView } from '../protocol/views.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { CONNECTOR_LIFE } from './connector-life.ts';
import type { Destination } from './dial.ts';
import { Dial, nameOf } from './dial.ts';

const LIFE = new Machine('connector', 'idle', CONNECTOR_LIFE);

/** What is sent first on the wire. */
export interface Opening {
  /** The PROXY header, or its version for a header with the addresses of the connection itself. */
  readonly proxyHeader: ProxyHeader | 1 | 2 | undefined;
  /** Settings for TLS from the first byte on; without TLS if undefined. */
  readonly tls: ClientTLS | undefined;
}

/** How a connector makes its attempts. */
export interface Attempts {
  /** How long an attempt may take; `Infinity` for no limit. */
  readonly timeoutMs: number;
  readonly preamble: Opening;
  /** Cancels the attempt when it is aborted. */
  readonly signal: AbortSignal | undefined;
}

/** One attempt: the search for a wire, and the admission of that wire. */
interface Trial {
  readonly dial: Dial;
  readonly admission: Admission<Callbacks>;
}

/** The attempts and the connection of one client factory to one destination. */
export class ClientConnector implements Connector<Callbacks>, AdmissionOwner<Callbacks> {
  readonly destination: string;
  readonly #origin: Origin;
  readonly #engine: Engine;
  readonly #reactor: Clock;
  readonly #target: Destination;
  readonly #factory: ClientFactory;
  readonly #terms: AdmissionTerms;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #busy: Set<ClientConnector>;
  /** The present attempt, until the factory is asked for a protocol. */
  #trial: Trial | undefined;
  /** The present connection, with its protocol. */
  #seat: { readonly connection: StreamTransport; readonly protocol: Callbacks } | undefined;
  /** True while the factory counts this connector among its users: `doStart` was called, and did not throw. */
  #counted = false;
  #attempts = 0;
  readonly #waiters: { resolve: (protocol: Callbacks) => void; reject: (reason: Error) => void }[] = [];
  readonly #life = LIFE.start({
    abandon: (reason: Error = new UserAbortError(`${this.destination}: the attempt was cancelled`)): void => {
      this.#trial?.dial.fail(reason);
      this.#trial?.admission.stop(reason);
    },
    endAttempt: (): void => this.#endAttempt(),
    leave: (): void => this.#seat?.connection.loseConnection(),
    decline: (reason: Error): void => {
      const told =
        reason instanceof NoProtocolBuilt
          ? new ConnectionAborted(`${this.destination}: buildProtocol of the factory returned null`)
          : reason;
      this.#engine.defer(() => this.#life.lost(told));
    },
    fail: (reason: Error): void => this.#fail(reason),
    lose: (reason: Error): void => {
      this.#seat = undefined;
      this.#disappoint(reason);
      this.#tell('clientConnectionLost', () => this.#factory.clientConnectionLost(this, reason));
      this.#endTelling();
    },
    release: (): void => {
      this.#busy.delete(this);
      if (this.#counted) this.#tell('stopFactory', () => this.#factory.doStop());
      this.#counted = false;
    },
  });

  /** Makes a connector without an attempt. It is in `busy` while it connects or is connected. */
  constructor(
    engine: Engine,
    reactor: Clock,
    target: Destination,
    factory: ClientFactory,
    bounds: ConnectionBounds,
    { timeoutMs, preamble, signal }: Attempts,
    busy: Set<ClientConnector>,
  ) {
    const { tls, proxyHeader } = preamble;
    this.destination = nameOf(target);
    this.#origin = { id: engine.newId(), role: 'client', factory, tally: engine.outgoing };
    this.#engine = engine;
    this.#reactor = reactor;
    this.#target = target;
    this.#factory = factory;
    this.#terms = {
      bounds,
      tls,
      serverName: () => tls?.serverName ?? certifiedNameOf(target),
      announce: proxyHeader === undefined ? undefined : (wire) => this.#announce(wire, proxyHeader),
    };
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    this.#busy = busy;
  }

  get state(): 'connecting' | 'connected' | 'disconnected' {
    const { state } = this.#life;
    if (state === 'idle' || state === 'telling') return 'disconnected';
    return state === 'dialling' || state === 'admitting' || state === 'cancelling' ? 'connecting' : 'connected';
  }

  get id(): number {
    return this.#origin.id;
  }

  /** How many attempts it has begun. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Returns what the connector shows of itself now. */
  view(): ConnectorView {
    const { id, destination, attempts } = this;
    return { id, destination, state: this.#step, attempts };
  }

  get #step(): ConnectorState {
    if (this.state === 'connecting') return this.#trial?.dial.step ?? 'racing';
    return this.state === 'connected' ? 'connected' : 'failed';
  }

  getPeer(): Address | null {
    return this.#seat?.connection.getPeer() ?? null;
  }

  connect(): void {
    const { state } = this;
    if (state !== 'disconnected') throw new Error(`the connector to ${this.destination} is ${state} already`);
    if (this.#engine.stopping && this.#busy.has(this)) return;
    this.#life.connect();
    this.#attempts += 1;
    // The factory may cancel the attempt in each of its callbacks.
    const dial = this.#begin();
    let started: unknown;
    if (!this.#busy.has(this)) {
      this.#busy.add(this);
      this.#tell('startFactory', () => {
        started = this.#factory.doStart(this.#reactor);
        this.#counted = true;
        return started;
      });
    }
    this.#tell('startedConnecting', () => this.#factory.startedConnecting(this));
    // The factory may assign its protocol while it starts.
    if (isThenable(started)) {
      const check = (): void => this.#expectProtocol(dial);
      promiseOf(started).then(check, check);
    } else this.#expectProtocol(dial);
    dial.start();
  }

  whenConnected(): Promise<Callbacks> {
    if (this.#seat !== undefined) return Promise.resolve(this.#seat.protocol);
    if (this.state === 'disconnected')
      return Promise.reject(new Error(`the connector to ${this.destination} is not connecting`));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  disconnect(): void {
    this.#life.disconnect(undefined);
  }

  stopConnecting(): void {
    if (this.state !== 'connecting') throw new Error(`the connector to ${this.destination} is not connecting`);
    this.#cancel();
  }

  // What the admission of the wire calls.

  building(): void {
    this.#life.building();
  }

  seated(connection: StreamTransport, protocol: Callbacks): void {
    const leaving = this.#life.state === 'leaving';
    this.#life.seated();
    this.#seat = { connection, protocol };
    this.#attempted();
    connection.start();
    if (leaving) connection.loseConnection();
    for (const { resolve } of this.#waiters.splice(0)) resolve(protocol);
  }

  refused(reason: Error): void {
    this.#life.refused(reason);
  }

  lost(_connection: StreamTransport, reason: Error): void {
    this.#life.lost(reason);
  }

  readonly #cancel = (): void => this.#life.cancel(undefined);

  /** Prepares an attempt; one that may not be is cancelled before it starts. */
  #begin(): Dial {
    const admission = new Admission<Callbacks>(this.#engine, this.#factory, this.#terms, this.#origin, this);
    const dial = new Dial(this.#engine, this.#target, this.#timeoutMs, {
      onReady: (wire) => {
        this.#life.ready();
        return admission.begin(wire).sink;
      },
      onFailed: (reason) => this.#life.failed(reason),
      onStep: () => this.#attempted(),
    });
    this.#trial = { dial, admission };
    this.#signal?.addEventListener('abort', this.#cancel);
    if (this.#engine.stopping || this.#signal?.aborted === true) this.#cancel();
    return dial;
  }

  /** Cancels an attempt whose factory cannot build a protocol. */
  #expectProtocol(dial: Dial): void {
    if (dial.over) return;
    try {
      this.#factory.checkProtocol();
    } catch (error) {
      this.#tell('buildProtocol', () => {
        throw error;
      });
      this.#life.cancel(errorOf(error));
    }
  }

  /** Sends the PROXY header first. */
  #announce(wire: Wire, header: ProxyHeader | 1 | 2): Wire {
    try {
      return announce(wire, headerFor(wire, header));
    } catch (error) {
      const why = error instanceof RangeError ? error.message : String(error);
      throw new ConnectError(`${this.destination}: proxyHeader: ${why}`, { cause: error });
    }
  }

  #endAttempt(): void {
    this.#trial?.dial.end();
    this.#trial = undefined;
    this.#signal?.removeEventListener('abort', this.#cancel);
  }

  #fail(why: Error): void {
    const reason = this.#attemptError(why);
    this.#engine.run(() => {
      this.#trial?.admission.stop(reason);
      this.#endAttempt();
      this.#disappoint(reason);
      this.#attempted(reason);
      this.#tell('clientConnectionFailed', () => this.#factory.clientConnectionFailed(this, reason));
      this.#endTelling();
    });
  }

  /** Returns the error for the factory. A reason that comes from the admission gets the name of the destination. */
  #attemptError(reason: Error): Error {
    const message = `${this.destination}: ${reason.message}`;
    if (reason instanceof AdmissionError) return new ConnectError(message, { cause: reason });
    if (this.#trial?.dial.over !== false) return reason;
    const options = reason.cause === undefined ? {} : { cause: reason.cause };
    if (reason instanceof TimeoutError) return new TimeoutError(message, options);
    return reason instanceof TLSError ? new TLSError(message, options) : reason;
  }

  /** Tells observers of a step of the attempt, or why it failed. */
  #attempted(reason?: Error): void {
    const { observers } = this.#engine;
    if (!observers.ask(ATTEMPTS)) return;
    observers.connectionAttempt(this.view(), reason);
  }

  #disappoint(reason: Error): void {
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
  }

  /** Releases the factory, unless its callback has connected again. */
  #endTelling(): void {
    if (this.#life.state === 'telling') this.#life.done();
  }

  #tell(where: string, callback: () => unknown): void {
    this.#engine.guard(`${prefixOf(this.#factory)} for ${this.destination}`, where, callback);
  }
}

function headerFor({ local, peer }: Wire, header: ProxyHeader | 1 | 2): ProxyHeader {
  if (typeof header !== 'number') return header;
  return { version: header, command: 'PROXY', source: local, destination: peer, tlvs: [] };
}

/** Returns the name that the certificate of a server must have. Throws a `TLSError` if no certificate can have the name of the host. */
function certifiedNameOf(destination: Destination): string {
  if (destination.kind !== 'tcp') return '';
  const name = serverNameOf(destination.host);
  if (name === undefined) throw new TLSError('no certificate can be for this host');
  return name;
}
