import { checkData } from '../bytes/chunk.ts';
import { type Address, addressOf } from '../protocol/address.ts';
import type { Clock } from '../protocol/clock.ts';
import type { ConnectionBounds } from '../protocol/connection-options.ts';
import { ConnectionAborted, ConnectionLost } from '../protocol/errors.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import { type Callbacks, Protocol } from '../protocol/protocol.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import { isThenable } from '../protocol/thenable.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Transport } from '../protocol/transport.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Engine, Live, Unsettled } from './engine.ts';
import { type Facts, NO_FACTS } from './facts.ts';
import { Flow, HIGH_WATER, LOW_WATER } from './flow.ts';
import { delivers, type Happening, type State, sends, transition, writes } from './life-cycle.ts';
import type { Linger } from './linger.ts';
import { Output } from './output.ts';
import { reasonOf } from './reason.ts';
import { errorOf } from './report.ts';

/**
 * One connection: a sink to its wire, a transport to its protocol. Upcalls come in at the `on` methods, change the state by
 * the table of the life cycle, and only then call the protocol. What the protocol writes waits in the queue until the run
 * settles.
 */
export class Connection implements Transport, Sink, Unsettled, Live {
  previous: Live | undefined;
  next: Live | undefined;
  readonly #engine: Engine;
  readonly #wire: Wire;
  readonly #protocol: Callbacks;
  readonly #bounds: ConnectionBounds;
  /** Hears of the end, after the protocol. */
  readonly #ended: ((reason: Error) => void) | undefined;
  tls: TlsInfo | undefined;
  readonly proxyHeader: ProxyHeader | undefined;
  readonly #output: Output;
  #state: State = 'open';
  /** Why this side aborted. */
  #reason: Error | undefined;
  #flow: Flow | undefined;
  #linger: Linger | undefined;
  /** The addresses, once asked for: each costs a system call, and is gone with the socket. */
  #host: Address | undefined;
  #peer: Address | undefined;
  /** True while the run has to settle this connection. */
  #unsettled = false;
  /** The protocol paused reading. */
  #paused = false;
  /** Reading is to go on; after `resumeProducing` the protocol is told. */
  #resuming: 'told' | 'untold' | false = false;
  /** How many promises of callbacks are pending; while there are any, nothing is read. */
  #pending = 0;

  constructor(
    engine: Engine,
    wire: Wire,
    protocol: Callbacks,
    bounds: ConnectionBounds,
    ended: ((reason: Error) => void) | undefined,
    { tls, proxyHeader }: Facts = NO_FACTS,
  ) {
    this.#engine = engine;
    this.#wire = wire;
    this.#protocol = protocol;
    this.#bounds = bounds;
    this.tls = tls;
    this.proxyHeader = proxyHeader;
    this.#ended = ended;
    this.#output = new Output(engine, wire);
  }

  /** Hands the connection to its protocol. Called once, from the event loop. */
  start(): this {
    this.#engine.enter();
    this.#engine.live.add(this);
    // Who hears of the end may ask then who it was.
    if (this.#protocol.connectionLost !== Protocol.prototype.connectionLost) this.getPeer();
    this.#engine.tell((observer) => observer.connectionMade?.(this, this.#protocol));
    this.#callback('connectionMade', () => this.#protocol.makeConnection(this));
    this.#engine.leave();
    return this;
  }

  // The wire's side.

  onData(chunk: Buffer): void {
    if (!delivers(this.#state)) {
      this.#linger?.heard(this.#engine.now());
      return;
    }
    this.#engine.enter();
    try {
      const result = this.#protocol.dataReceived(chunk);
      if (result !== undefined) this.#wait('dataReceived', result);
    } catch (error) {
      this.#fail('dataReceived', error);
    }
    this.#engine.leave();
  }

  onEof(): void {
    this.#engine.enter();
    const heeded = delivers(this.#state);
    const aware = this.#protocol.readConnectionLost !== undefined;
    this.#happen(aware ? 'halfClose' : 'eof');
    if (aware && heeded) this.#callback('readConnectionLost', () => this.#protocol.readConnectionLost?.());
    this.#engine.leave();
  }

  onWritable(): void {
    const calm = this.#state === 'open' && this.#flow === undefined && this.#output.calm;
    this.#output.written();
    if (calm) return;
    this.#engine.enter();
    this.#unsettle();
    this.#engine.leave();
  }

  onSecured(tls: TlsInfo): Sink {
    this.#engine.enter();
    this.tls = tls;
    this.#output.secured();
    this.#unsettle();
    // What was held back in clear is behind TLS now, if this side still wants it.
    if (delivers(this.#state)) this.#resuming ||= 'untold';
    else this.#wire.resume();
    this.#callback('handshakeCompleted', () => this.#protocol.handshakeCompleted?.());
    this.#engine.leave();
    return this;
  }

  onClosed(cause: Cause): void {
    this.#engine.enter();
    const reason = reasonOf(cause, this.#state, this.#reason);
    this.#happen('closed');
    this.#output.clear();
    this.#linger = this.#engine.lingers.end(this.#linger);
    const flow = this.#flow;
    this.#flow = undefined;
    if (flow !== undefined) this.#callback('stopProducing', () => flow.stop());
    this.#output.admit(false);
    this.#callback('connectionLost', () => this.#protocol.connectionLost(reason));
    this.#engine.tell((observer) => observer.connectionLost?.(this, reason));
    this.#ended?.(reason);
    this.#engine.bury(this);
    this.#engine.leave();
  }

  // The engine's side.

  settle(): void {
    this.#unsettled = false;
    try {
      this.#output.send();
    } catch (error) {
      // Only bytes that were taken away after they had been written: a detached buffer.
      this.#fail('write', error);
    }
    if (this.#state === 'aborting') return;
    const size = this.#output.size;
    if (size > this.#bounds.maxWriteBufferBytes) {
      const most = this.#bounds.maxWriteBufferBytes;
      this.#abort(new ConnectionAborted(`${size} bytes wait for a slow peer, more than maxWriteBufferBytes (${most})`));
      return;
    }
    const flow = this.#flow;
    if (size <= LOW_WATER && writes(this.#state, flow !== undefined)) this.#output.admit(true);
    if (flow === undefined) {
      if (sends(this.#state) && this.#output.idle) this.#happen('sent');
    } else if (flow.falls(size)) this.#callback('resumeProducing', () => flow.resume());
    if (this.#resuming) this.#resumeReading();
  }

  quit(): void {
    this.#reason ??= new ConnectionAborted('the reactor stopped');
    this.#happen(this.#output.idle && this.#flow === undefined ? 'quit' : 'abort');
  }

  // The protocol's side.

  get clock(): Clock {
    return this.#engine;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get disconnecting(): boolean {
    return !delivers(this.#state) && this.#state !== 'writing';
  }

  get disconnected(): boolean {
    return this.#state === 'gone';
  }

  write(data: Uint8Array | string): boolean {
    checkData(data);
    if (!writes(this.#state, this.#flow !== undefined)) return false;
    if (data.length > 0) this.#output.push(data);
    this.#unsettle();
    const size = this.#output.size;
    const flow = this.#flow;
    if (flow?.rises(size)) this.#callback('pauseProducing', () => flow.pause());
    return size <= HIGH_WATER;
  }

  writeSequence(data: Iterable<Uint8Array | string>): boolean {
    let room = !this.#output.crowded && !this.disconnecting;
    for (const piece of data) room = this.write(piece);
    return room;
  }

  loseConnection(): void {
    this.#happen('lose');
  }

  abortConnection(reason: Error = new ConnectionAborted()): void {
    this.#abort(reason);
  }

  failConnection(error: unknown): void {
    this.#fail('failConnection', error);
  }

  loseWriteConnection(): void {
    this.#happen('shut');
  }

  startTLS(tls: TLS, unread?: Uint8Array): void {
    if (!delivers(this.#state) && !writes(this.#state, this.#flow !== undefined)) return;
    if (this.#output.upgrading || this.tls !== undefined) throw new Error('TLS is spoken already');
    if (this.#state !== 'open') {
      this.#abort(new ConnectionLost('one side has ended its output: there can be no TLS handshake'));
      return;
    }
    const held = (): Buffer | undefined => this.#protocol.takeUnread?.();
    this.#output.startTLS(tls, unread, held, (reason) => this.#abort(reason));
    this.#wire.pause();
    this.#unsettle();
  }

  getHost(): Address {
    this.#host ??= addressOf(this.#wire.local);
    return this.#host;
  }

  getPeer(): Address {
    this.#peer ??= addressOf(this.#wire.peer);
    return this.#peer;
  }

  pauseProducing(): void {
    if (this.disconnecting) return;
    this.#paused = true;
    this.#resuming = false;
    if (delivers(this.#state)) this.#wire.pause();
  }

  resumeProducing(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resuming = 'told';
    this.#unsettle();
  }

  stopProducing(): void {
    this.loseConnection();
  }

  registerProducer(producer: Producer, streaming: true): void;
  registerProducer(producer: PullProducer, streaming: false): void;
  registerProducer(producer: Producer | PullProducer, streaming: boolean): void {
    if (this.#flow !== undefined) throw new Error('a producer is registered already');
    const flow = Flow.of(producer, streaming);
    if (writes(this.#state, true)) {
      this.#flow = flow;
      this.#unsettle();
    } else this.#engine.defer(() => this.#callback('stopProducing', () => flow.stop()));
  }

  unregisterProducer(): void {
    if (this.#flow === undefined) return;
    this.#flow = undefined;
    this.#unsettle();
  }

  drained(): Promise<boolean> {
    if (this.#state === 'gone') return Promise.resolve(false);
    const room = !this.#output.crowded && writes(this.#state, this.#flow !== undefined);
    return room ? Promise.resolve(true) : this.#output.waitForRoom();
  }

  setTcpNoDelay(on: boolean): void {
    this.#output.setNoDelay(on);
  }

  setTcpKeepAlive(on: boolean, initialDelayMs = 0): void {
    this.#wire.setKeepAlive(on, initialDelayMs);
  }

  // The state, and calling the protocol.

  /** Takes the step that the table has for this; false when it has none. */
  #happen(happening: Happening): boolean {
    const step = transition(this.#state, happening);
    if (step === undefined) return false;
    this.#state = step.to;
    switch (step.action) {
      case 'discard':
        if (!this.#output.upgrading) this.#wire.resume();
        break;
      case 'end':
        this.#wire.end();
        this.#callback('writeConnectionLost', () => this.#protocol.writeConnectionLost?.());
        break;
      case 'endAndLinger':
      case 'linger':
        if (step.action === 'linger') this.#wire.resume();
        else this.#wire.end();
        this.#linger = this.#engine.lingers.begin(this.#bounds, () => this.#happen('lingered'));
        break;
      case 'close':
        this.#linger = this.#engine.lingers.end(this.#linger);
        this.#wire.close();
        break;
      case 'abort':
        this.#output.clear();
        this.#wire.abort();
        break;
    }
    if (sends(this.#state)) this.#unsettle();
    return true;
  }

  #abort(reason: Error): void {
    if (transition(this.#state, 'abort') === undefined) return;
    this.#reason = reason;
    this.#happen('abort');
  }

  #unsettle(): void {
    if (this.#unsettled || this.#state === 'gone') return;
    this.#unsettled = true;
    this.#engine.unsettle(this);
  }

  #resumeReading(): void {
    if (this.#paused || this.#pending > 0 || this.#output.upgrading) return;
    const told = this.#resuming === 'told';
    this.#resuming = false;
    // Behind the peer's end of output, too, a protocol may hold bytes.
    if (told && this.#protocol.readingResumed !== undefined && !this.disconnecting) {
      this.#callback('readingResumed', () => this.#protocol.readingResumed?.());
      if (this.#paused || this.#pending > 0) return;
    }
    if (delivers(this.#state)) this.#wire.resume();
  }

  /** Runs a callback of the application. */
  #callback(where: string, callback: () => unknown): void {
    try {
      const result = callback();
      if (result !== undefined) this.#wait(where, result);
    } catch (error) {
      this.#fail(where, error);
    }
  }

  /** A callback returned a promise: nothing is read until it settles. */
  #wait(where: string, result: unknown): void {
    if (!isThenable(result)) return;
    // Should it reject when the connection has gone, the report still says whose it was.
    this.getPeer();
    this.#pending += 1;
    if (delivers(this.#state)) this.#wire.pause();
    const settled = (): void => {
      this.#pending -= 1;
      this.#resuming ||= 'untold';
      this.#unsettle();
    };
    // A promise of another make may call back at once, or twice.
    Promise.resolve(result).then(settled, (error) => {
      this.#engine.enter();
      this.#fail(where, error);
      settled();
      this.#engine.leave();
    });
  }

  #fail(where: string, error: unknown): void {
    const who = `${this.#protocol.constructor.name} at ${this.getPeer().authority}`;
    this.#engine.report({ who, where, error });
    this.#abort(errorOf(error));
  }
}
