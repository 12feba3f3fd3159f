import { checkData } from '../bytes/chunk.ts';
import type { Address } from '../protocol/address.ts';
import { addressOf } from '../protocol/address.ts';
import type { Clock } from '../protocol/clock.ts';
import type { ConnectionBounds } from '../protocol/connection-options.ts';
import { ConnectionAborted } from '../protocol/errors.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';
import { isThenable } from '../protocol/thenable.ts';
import type { Transport } from '../protocol/transport.ts';
import type { Cause } from '../seam/cause.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { Crowd } from './crowd.ts';
import type { Engine, Live, Unsettled } from './engine.ts';
import { Flow, HIGH_WATER, LOW_WATER } from './flow.ts';
import type { Happening, State } from './life-cycle.ts';
import { delivers, sends, transition, writes } from './life-cycle.ts';
import type { Linger } from './linger.ts';
import { reasonOf } from './reason.ts';
import { errorOf } from './report.ts';
import { WriteQueue } from './write-queue.ts';

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
  readonly #queue: WriteQueue = new WriteQueue();
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
  /** Who waits for room. There from above the high-water mark down to the low one, and when there will be none. */
  #crowd: Crowd | undefined;
  /** How many times the queue was flushed. */
  #flushes = 0;
  /** The protocol itself switched Nagle's algorithm. */
  #delayChosen = false;

  constructor(
    engine: Engine,
    wire: Wire,
    protocol: Callbacks,
    bounds: ConnectionBounds,
    ended: ((reason: Error) => void) | undefined,
  ) {
    this.#engine = engine;
    this.#wire = wire;
    this.#protocol = protocol;
    this.#bounds = bounds;
    this.#ended = ended;
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
    this.#engine.enter();
    this.#queue.written();
    this.#unsettle();
    this.#engine.leave();
  }

  onClosed(cause: Cause): void {
    this.#engine.enter();
    const reason = reasonOf(cause, this.#state, this.#reason);
    this.#happen('closed');
    this.#queue.clear();
    this.#endLinger();
    const flow = this.#flow;
    this.#flow = undefined;
    if (flow !== undefined) this.#callback('stopProducing', () => flow.stop());
    this.#admit(false);
    this.#callback('connectionLost', () => this.#protocol.connectionLost(reason));
    this.#engine.tell((observer) => observer.connectionLost?.(this, reason));
    this.#ended?.(reason);
    this.#engine.bury(this);
    this.#engine.leave();
  }

  // The engine's side.

  settle(): void {
    this.#unsettled = false;
    if (this.#queue.size > 0) this.#flush();
    if (this.#state === 'aborting') return;
    const size = this.#queue.size;
    if (size > this.#bounds.maxWriteBufferBytes) {
      const most = this.#bounds.maxWriteBufferBytes;
      this.#abort(new ConnectionAborted(`${size} bytes wait for a slow peer, more than maxWriteBufferBytes (${most})`));
      return;
    }
    const flow = this.#flow;
    if (this.#crowd !== undefined && size <= LOW_WATER && writes(this.#state, flow !== undefined)) this.#admit(true);
    if (flow === undefined) {
      if (size === 0 && sends(this.#state)) this.#happen('sent');
    } else if (flow.falls(size)) this.#callback('resumeProducing', () => flow.resume());
    if (this.#resuming) this.#resumeReading();
  }

  quit(): void {
    this.#reason ??= new ConnectionAborted('the reactor stopped');
    this.#happen(this.#queue.size === 0 && this.#flow === undefined ? 'quit' : 'abort');
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
    if (data.length > 0) this.#queue.push(data);
    this.#unsettle();
    const size = this.#queue.size;
    if (size > HIGH_WATER) this.#crowd ??= new Crowd();
    const flow = this.#flow;
    if (flow?.rises(size)) this.#callback('pauseProducing', () => flow.pause());
    return size <= HIGH_WATER;
  }

  writeSequence(data: Iterable<Uint8Array | string>): boolean {
    let room = this.#crowd === undefined && !this.disconnecting;
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
    if (this.#crowd === undefined && writes(this.#state, this.#flow !== undefined)) return Promise.resolve(true);
    this.#crowd ??= new Crowd();
    return this.#crowd.join();
  }

  setTcpNoDelay(on: boolean): void {
    this.#delayChosen = true;
    this.#wire.setNoDelay(on);
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
        this.#wire.resume();
        break;
      case 'end':
        this.#wire.end();
        this.#callback('writeConnectionLost', () => this.#protocol.writeConnectionLost?.());
        break;
      case 'endAndLinger':
        this.#wire.end();
        this.#beginLinger();
        break;
      case 'linger':
        this.#wire.resume();
        this.#beginLinger();
        break;
      case 'close':
        this.#endLinger();
        this.#wire.close();
        break;
      case 'abort':
        this.#queue.clear();
        this.#wire.abort();
        break;
    }
    if (sends(this.#state)) this.#unsettle();
    return true;
  }

  #flush(): void {
    this.#flushes += 1;
    // What leaves here is gathered already: Nagle's algorithm could only delay it, and does from the second write on.
    if (this.#flushes === 2 && !this.#delayChosen) this.#wire.setNoDelay(true);
    try {
      this.#queue.flush(this.#wire, this.#engine.gather);
    } catch (error) {
      // Only bytes that were taken away after they had been written: a detached buffer.
      this.#fail('write', error);
    }
  }

  #beginLinger(): void {
    this.#linger = this.#engine.lingers.begin(this.#bounds, () => this.#happen('lingered'));
  }

  #endLinger(): void {
    if (this.#linger !== undefined) this.#engine.lingers.remove(this.#linger);
    this.#linger = undefined;
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
    if (this.#paused || this.#pending > 0) return;
    const told = this.#resuming === 'told';
    this.#resuming = false;
    // Behind the peer's end of output, too, a protocol may hold bytes.
    if (told && this.#protocol.readingResumed !== undefined && !this.disconnecting) {
      this.#callback('readingResumed', () => this.#protocol.readingResumed?.());
      if (this.#paused || this.#pending > 0) return;
    }
    if (delivers(this.#state)) this.#wire.resume();
  }

  /** Tells those who wait for room. */
  #admit(room: boolean): void {
    this.#crowd?.admit(room);
    this.#crowd = undefined;
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
