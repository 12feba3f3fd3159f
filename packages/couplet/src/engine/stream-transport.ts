import { fixedData } from '../bytes/chunk.ts';
import { ConnectionAborted, ConnectionLost } from '../protocol/errors.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import { type Callbacks, Protocol } from '../protocol/protocol.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Transport } from '../protocol/transport.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Engine } from './engine.ts';
import { Flow, HIGH_WATER, LOW_WATER } from './flow.ts';
import type { Home } from './life.ts';
import { cutOff, delivers, over, sends, writes } from './life-cycle.ts';
import { CONNECTIONS } from './observers.ts';
import { NO_PRELUDE, type Prelude } from './prelude.ts';
import { reasonOf } from './reason.ts';
import { errorOf } from './report.ts';
import { Shown } from './shown.ts';
import type { Mark } from './stopwatch.ts';
import { beginsInHalf } from './write-queue.ts';

/**
 * One connection: the sink of its wire, and the transport of its protocol. The `on` methods are upcalls: they change the state by the
 * table of the life cycle, and only then call the protocol. What the protocol writes waits in the queue until the end of the run.
 */
export class StreamTransport extends Shown implements Transport, Sink {
  declare previous: StreamTransport | undefined;
  declare next: StreamTransport | undefined;
  protected readonly home: Home<StreamTransport>;
  /** Whether the protocol paused reading, or reading has to go on at the end of the run; after `resumeProducing` the protocol is told. */
  #reading: 'on' | 'paused' | 'resumingTold' | 'resuming' = 'on';

  constructor(
    engine: Engine,
    wire: Wire,
    protocol: Callbacks,
    bounds: ConnectionBounds,
    home: Home<StreamTransport>,
    prelude: Prelude = NO_PRELUDE,
  ) {
    super(engine, wire, protocol, bounds, prelude);
    this.home = home;
  }

  /** Gives the connection to its protocol. Called once, from the event loop. */
  start(): this {
    const { observers, stopwatch } = this.engine;
    this.engine.enter();
    let mark: Mark | undefined;
    try {
      this.home.add(this);
      const watched = this.#told();
      // The protocol, or an observer, may ask for the addresses at the end.
      const { connectionLost, leaving } = this.protocol;
      if (watched || connectionLost !== Protocol.prototype.connectionLost || leaving !== undefined) this.remember();
      if (watched) observers.connectionMade(this, this.protocol, this.view());
      this.takeDescriptors();
      mark = stopwatch?.begin();
      this.await('connectionMade', this.protocol.makeConnection(this));
    } catch (error) {
      this.fail('connectionMade', error);
    } finally {
      if (mark !== undefined) this.called(mark, 'connectionMade');
      this.engine.leave();
    }
    return this;
  }

  // The wire's side.

  onData(chunk: Buffer): void {
    if (this.state !== 'open') {
      // In these states a wait is for input, which is a sign of life.
      if (this.state === 'lingering' || this.state === 'broken') this.linger?.heard(this.engine.now());
      if (!delivers(this.state)) return;
    }
    this.bytesIn += chunk.length;
    this.reads += 1;
    const recorder = this.recorder;
    this.engine.enter();
    const mark = this.engine.stopwatch?.begin();
    const arrival = recorder?.arrive(this.id, chunk, mark?.at);
    try {
      const result = this.protocol.dataReceived(chunk);
      if (result !== undefined) this.await('dataReceived', result);
    } catch (error) {
      this.fail('dataReceived', error);
    } finally {
      if (mark !== undefined) this.called(mark, 'dataReceived');
      if (arrival !== undefined) recorder?.arrived(arrival);
      this.engine.leave();
    }
  }

  onEof(): void {
    this.engine.enter();
    try {
      const heeded = delivers(this.state);
      const aware = this.protocol.readConnectionLost !== undefined;
      this.apply(aware ? 'halfClose' : 'eof');
      if (aware && heeded) this.call('readConnectionLost', () => this.protocol.readConnectionLost?.());
    } finally {
      this.engine.leave();
    }
  }

  onWritable(): void {
    const calm = this.state === 'open' && this.flow === undefined && this.output.calm;
    const taken = this.output.written();
    this.recorder?.passedOn(this.wire, this.id, taken);
    if (calm) return;
    this.linger?.heard(this.engine.now());
    this.engine.enter();
    this.schedule();
    this.engine.leave();
  }

  onWriteFailed(_cause: Cause): void {
    this.engine.enter();
    try {
      this.apply('broke');
      this.#endOutput();
    } finally {
      this.engine.leave();
    }
  }

  onSecured(tls: TlsInfo): Sink {
    this.engine.enter();
    try {
      this.learn({ tls });
      this.output.secured();
      this.schedule();
      // Reading was paused for the change to TLS. It goes on, if this side still wants input.
      if (delivers(this.state)) this.settled();
      else this.wire.resume();
      this.call('handshakeCompleted', () => this.protocol.handshakeCompleted?.());
    } finally {
      this.engine.leave();
    }
    return this;
  }

  onClosed(cause: Cause): void {
    this.engine.enter();
    try {
      this.reason = reasonOf(cause, this.state, this.reason);
      this.linger = this.engine.lingers.end(this.linger);
      this.apply(this.#taken() ? 'closed' : 'closedEarly');
      this.#endOutput();
      if (this.state === 'gone') this.#conclude();
    } finally {
      this.engine.leave();
    }
  }

  // The engine's side.

  protected override goOn(): boolean {
    try {
      return this.#goOn();
    } catch (error) {
      // Only a wire of the application, for instance of a policy, throws here.
      this.fail('flush', error);
      return true;
    }
  }

  #goOn(): boolean {
    if (this.state === 'gone') {
      this.#conclude();
      return true;
    }
    const told = this.state !== 'open' && this.tellLeaving();
    const before = this.output.size;
    const outflow = this.recorder?.outflow(this.wire, this.id);
    try {
      this.output.send(this.portion, outflow);
    } catch (error) {
      // Thrown for bytes that were added or removed after their write.
      this.fail('write', error);
    }
    outflow?.tell();
    if (this.state === 'aborting') return true;
    const size = this.output.size;
    this.linger?.flushed(size < before, this.wire.unsent, this.engine.now());
    if (this.output.overdrawn) {
      this.postpone();
      return false;
    }
    if (size > this.bounds.maxWriteBufferBytes) {
      const most = this.bounds.maxWriteBufferBytes;
      this.abort(new ConnectionAborted(`${size} bytes wait for a slow peer, more than maxWriteBufferBytes (${most})`));
      return false;
    }
    return this.#proceed(size) || told;
  }

  /** Calls the application after a flush that left `size` bytes unsent. Returns true if its code ran. */
  #proceed(size: number): boolean {
    const flow = this.flow;
    const resuming = this.#reading === 'resumingTold' || this.#reading === 'resuming';
    let called = resuming;
    if (size <= LOW_WATER && writes(this.state, flow !== undefined)) this.output.admit(true);
    if (flow === undefined) {
      if (sends(this.state) && this.output.idle) this.apply('sent');
    } else if (flow.falls(size)) {
      this.call('resumeProducing', () => flow.resume());
      called = true;
    }
    if (resuming) this.#resumeReading();
    if (over(this.state) && this.#taken()) {
      this.apply('taken');
      this.#conclude();
    }
    return called;
  }

  /** True if no promise of the protocol is pending, and it has not paused with bytes that it still wants. */
  #taken(): boolean {
    const holds = this.paused && !this.disconnecting && this.protocol.readingResumed !== undefined;
    return !this.pending && !holds;
  }

  /** Ends the output, and tells the callers that wait for room, and the producer. */
  #endOutput(): void {
    this.output.clear();
    const flow = this.flow;
    if (flow !== undefined) {
      this.flow = undefined;
      this.call('stopProducing', () => flow.stop());
    }
    this.output.admit(false);
  }

  /** Tells the protocol and the observers of the end, once. */
  #conclude(): void {
    this.tellLeaving();
    const reason = this.reason;
    if (reason === undefined) return;
    this.reason = undefined;
    this.linger = this.engine.lingers.end(this.linger);
    this.call('connectionLost', () => this.protocol.connectionLost(reason));
    if (this.#told()) this.engine.observers.connectionLost(this, reason, this.view());
    this.home.lost(this, reason);
  }

  /** Whether observers are told of it. */
  #told(): boolean {
    return this.home.untold !== true && this.engine.observers.ask(CONNECTIONS);
  }

  protected override outputEnded(): void {
    this.call('writeConnectionLost', () => this.protocol.writeConnectionLost?.());
  }

  protected override settled(): void {
    if (this.#reading === 'on') this.#reading = 'resuming';
  }

  // The protocol's side.

  get paused(): boolean {
    return this.#reading === 'paused';
  }

  write(data: Uint8Array | string): boolean {
    const piece = fixedData(data);
    if (!this.#mayWrite()) return false;
    if (piece.length > 0) this.output.push(piece);
    return this.#wrote();
  }

  '~writePair'(first: Uint8Array | string, second: Uint8Array | string): boolean {
    const one = fixedData(first);
    const other = fixedData(second);
    if (!this.#mayWrite()) return false;
    const parted = typeof other === 'string' && other.length > 0 && !beginsInHalf(other);
    if (one.length > 0) this.output.push(one, parted);
    if (other.length > 0) this.output.push(other);
    return this.#wrote();
  }

  #mayWrite(): boolean {
    if (this.state === 'open') return true;
    if (!writes(this.state, this.flow !== undefined)) return false;
    // While the producer did not write, the peer could not take anything.
    if (this.linger !== undefined && this.output.size === 0) this.linger.heard(this.engine.now());
    return true;
  }

  /** Sends what was written at the end of the run. Returns whether there is room for more. */
  #wrote(): boolean {
    this.schedule();
    const { size } = this.output;
    if (this.flow?.rises(size)) this.call('pauseProducing', () => this.flow?.pause());
    // With a producer only the size counts: it is told to go on only if it was told to pause.
    return size <= HIGH_WATER && (this.engine.running || this.flow !== undefined || this.engine.hasTime);
  }

  writeSequence(data: Iterable<Uint8Array | string>): boolean {
    let room = !this.output.crowded && !this.disconnecting;
    for (const piece of data) room = this.write(piece);
    return room;
  }

  loseConnection(): void {
    this.apply('lose');
  }

  abortConnection(reason: Error = new ConnectionAborted()): void {
    this.abort(errorOf(reason));
  }

  failConnection(error: unknown): void {
    this.fail('failConnection', error);
  }

  loseWriteConnection(): void {
    this.apply('shut');
  }

  startTLS(tls: TLS, unread?: Uint8Array): void {
    if (over(this.state) || (!delivers(this.state) && !writes(this.state, this.flow !== undefined))) return;
    if (this.output.upgrading || this.tls !== undefined) throw new Error('TLS is spoken already');
    if (this.state !== 'open') {
      this.abort(new ConnectionLost('a TLS handshake is impossible: one side has ended its output'));
      return;
    }
    const held = (): Buffer | undefined => this.protocol.takeUnread?.();
    this.output.startTLS(tls, unread, held, (reason) => this.abort(reason));
    this.wire.pause();
    this.schedule();
  }

  pauseProducing(): void {
    if (this.disconnecting) return;
    this.#reading = 'paused';
    if (delivers(this.state)) this.wire.pause();
  }

  resumeProducing(): void {
    if (!this.paused) return;
    this.#reading = 'resumingTold';
    this.schedule();
  }

  stopProducing(): void {
    this.loseConnection();
  }

  registerProducer(producer: Producer, streaming: true): void;
  registerProducer(producer: PullProducer, streaming: false): void;
  registerProducer(producer: Producer | PullProducer, streaming: boolean): void {
    if (this.flow !== undefined) throw new Error('a producer is registered already');
    const flow = Flow.of(producer, streaming);
    if (writes(this.state, true)) {
      this.flow = flow;
      this.schedule();
    } else this.engine.defer(() => this.call('stopProducing', () => flow.stop()));
  }

  unregisterProducer(): void {
    if (this.flow === undefined) return;
    this.flow = undefined;
    this.schedule();
  }

  drained(): Promise<boolean> {
    if (cutOff(this.state)) return Promise.resolve(false);
    const room = !this.output.crowded && writes(this.state, this.flow !== undefined);
    if (room && this.engine.hasTime) return Promise.resolve(true);
    if (room) this.schedule();
    return this.output.waitForRoom();
  }

  // Calling the protocol.

  #resumeReading(): void {
    // The producer, which was told to go on just before, may have paused it.
    if (this.paused || this.pending || this.output.upgrading) return;
    const told = this.#reading === 'resumingTold';
    this.#reading = 'on';
    // A protocol may hold bytes even after the end of the peer's output.
    if (told && this.protocol.readingResumed !== undefined && !this.disconnecting) {
      this.call('readingResumed', () => this.protocol.readingResumed?.());
      if (this.paused || this.pending) return;
    }
    if (delivers(this.state) && !over(this.state)) this.wire.resume();
  }
}
