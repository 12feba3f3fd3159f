import type { Address } from '../address/address.ts';
import { adopt } from '../engine/adopt.ts';
import type { Engine } from '../engine/engine.ts';
import { Refusal } from '../engine/refusal.ts';
import { errorOf, prefixOf } from '../engine/report.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { ConnectionAborted } from '../protocol/errors.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { Clock } from '../time/clock.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Destination, Preamble } from './dial.ts';
import { Dial, nameOf } from './dial.ts';

/** How a connector tries. */
export interface Attempts {
  readonly timeoutMs: number;
  readonly preamble: Preamble;
  readonly signal: AbortSignal | undefined;
}

/** The attempts and the connection of one client factory to one destination. */
export class ClientConnector implements Connector<Callbacks> {
  readonly destination: string;
  readonly #engine: Engine;
  readonly #reactor: Clock;
  readonly #target: Destination;
  readonly #factory: ClientFactory;
  readonly #bounds: ConnectionBounds;
  readonly #timeoutMs: number;
  readonly #preamble: Preamble;
  readonly #signal: AbortSignal | undefined;
  readonly #busy: Set<Connector>;
  #state: 'connecting' | 'connected' | 'disconnected' = 'disconnected';
  #dial: Dial | undefined;
  #connection: StreamTransport | undefined;
  #protocol: Callbacks | undefined;
  /** The factory counts this connector among those that use it: it was started, and did not throw. */
  #counted = false;
  /** `disconnect` was called in `buildProtocol`, before there was a connection to close. */
  #leaving = false;
  readonly #waiters: { resolve: (protocol: Callbacks) => void; reject: (reason: Error) => void }[] = [];

  /** It puts itself into `busy` while it tries or is connected. */
  constructor(
    engine: Engine,
    reactor: Clock,
    target: Destination,
    factory: ClientFactory,
    bounds: ConnectionBounds,
    { timeoutMs, preamble, signal }: Attempts,
    busy: Set<Connector>,
  ) {
    this.destination = nameOf(target);
    this.#engine = engine;
    this.#reactor = reactor;
    this.#target = target;
    this.#factory = factory;
    this.#bounds = bounds;
    this.#timeoutMs = timeoutMs;
    this.#preamble = preamble;
    this.#signal = signal;
    this.#busy = busy;
  }

  get state(): 'connecting' | 'connected' | 'disconnected' {
    return this.#state;
  }

  getPeer(): Address | null {
    return this.#connection?.getPeer() ?? null;
  }

  connect(): void {
    if (this.#state !== 'disconnected')
      throw new Error(`the connector to ${this.destination} is ${this.#state} already`);
    if (this.#engine.stopping && this.#busy.has(this)) return;
    this.#state = 'connecting';
    let started: unknown;
    if (!this.#busy.has(this)) {
      this.#busy.add(this);
      this.#tell('startFactory', () => {
        started = this.#factory.doStart(this.#reactor);
        this.#counted = true;
        return started;
      });
    }
    const dial = new Dial(this.#engine, this.#target, this.#timeoutMs, this.#preamble, {
      onReady: ({ wire, tls }) => {
        this.#endAttempt();
        this.#state = 'connected';
        const adopted = adopt(this.#engine, wire, this.#factory, this.#bounds, (reason) => this.#lost(reason), { tls });
        if (adopted === null || adopted instanceof Error || adopted instanceof Refusal) {
          const failed = adopted instanceof Error;
          const reason = failed ? adopted : new ConnectionAborted(`${this.destination}: the factory refused it`);
          this.#engine.defer(() => this.#lost(reason));
          return failed ? null : adopted;
        }
        this.#connection = adopted.connection;
        this.#protocol = adopted.protocol;
        adopted.connection.start();
        if (this.#leaving) adopted.connection.loseConnection();
        for (const { resolve } of this.#waiters.splice(0)) resolve(adopted.protocol);
        return adopted.sink;
      },
      onFailed: (reason) => {
        this.#endAttempt();
        this.#state = 'disconnected';
        this.#disappoint(reason);
        this.#tell('clientConnectionFailed', () => this.#factory.clientConnectionFailed(this, reason));
        this.#release();
      },
    });
    this.#dial = dial;
    this.#signal?.addEventListener('abort', this.#cancel);
    if (this.#engine.stopping || this.#signal?.aborted === true) this.#cancel();
    this.#tell('startedConnecting', () => this.#factory.startedConnecting(this));
    // It may assign its protocol while it starts.
    if (isThenable(started)) {
      const check = (): void => this.#expectProtocol(dial);
      promiseOf(started).then(check, check);
    } else this.#expectProtocol(dial);
    dial.start();
  }

  whenConnected(): Promise<Callbacks> {
    if (this.#protocol !== undefined) return Promise.resolve(this.#protocol);
    if (this.#dial === undefined)
      return Promise.reject(new Error(`the connector to ${this.destination} is not connecting`));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  disconnect(): void {
    this.#dial?.cancel();
    if (this.#connection !== undefined) this.#connection.loseConnection();
    else this.#leaving = this.#state === 'connected';
  }

  stopConnecting(): void {
    if (this.#dial === undefined) throw new Error(`the connector to ${this.destination} is not connecting`);
    this.#dial.cancel();
  }

  /** Fails an attempt whose connection would have no protocol. */
  #expectProtocol(dial: Dial): void {
    if (dial.over) return;
    try {
      this.#factory.checkProtocol();
    } catch (error) {
      this.#tell('buildProtocol', () => {
        throw error;
      });
      dial.fail(errorOf(error));
    }
  }

  #disappoint(reason: Error): void {
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
  }

  readonly #cancel = (): void => this.#dial?.cancel();

  #endAttempt(): void {
    this.#dial = undefined;
    this.#leaving = false;
    this.#signal?.removeEventListener('abort', this.#cancel);
  }

  #lost(reason: Error): void {
    this.#state = 'disconnected';
    this.#connection = undefined;
    this.#protocol = undefined;
    this.#disappoint(reason);
    this.#tell('clientConnectionLost', () => this.#factory.clientConnectionLost(this, reason));
    this.#release();
  }

  /** The last callback may have connected again; if not, the factory is done with. */
  #release(): void {
    if (this.#state !== 'disconnected') return;
    this.#busy.delete(this);
    if (this.#counted) this.#tell('stopFactory', () => this.#factory.doStop());
    this.#counted = false;
  }

  #tell(where: string, callback: () => unknown): void {
    this.#engine.guard(`${prefixOf(this.#factory)} for ${this.destination}`, where, callback);
  }
}
