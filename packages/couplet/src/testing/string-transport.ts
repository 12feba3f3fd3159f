import type { Address } from '../address/address.ts';
import { IPv4Address } from '../address/address.ts';
import { chunkOf, EMPTY } from '../bytes/chunk.ts';
import { Flow, HIGH_WATER, RoomWaiters } from '../engine/flow.ts';
import type { LifeEvent, State } from '../engine/life-cycle.ts';
import { delivers, transition, writes } from '../engine/life-cycle.ts';
import { errorOf } from '../engine/report.ts';
import { owned } from '../protocol/client-factory.ts';
import { ConnectionAborted } from '../protocol/errors.ts';
import type { BuiltBy, ProtocolFactory } from '../protocol/factory.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import { checkFactory } from '../protocol/role.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Transport } from '../protocol/transport.ts';
import type { PeerCredentials } from '../seam/kernel.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Clock as Time } from '../time/clock.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { Clock } from './clock.ts';

/** The outcome of a handshake unless the test says otherwise. */
const PLAIN: TlsInfo = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  alpn: undefined,
  serverName: undefined,
  resumed: false,
  verified: false,
  peerCertificate: undefined,
};

/** Options of a `StringTransport`. */
export interface StringTransportOptions {
  /** The clock of the transport; its reactor, or else a new `Clock`, unless set. */
  readonly clock?: Time;
  /** The reactor of the transport, such as that of a host of a simulated world; its clock unless set, which opens nothing. */
  readonly reactor?: Time;
  /** What `getHost()` returns; an address for documentation (RFC 5737) unless set. */
  readonly host?: Address;
  /** What `getPeer()` returns; another address for documentation (RFC 5737) unless set. */
  readonly peer?: Address;
  /** The PROXY header of the connection; none unless set. */
  readonly proxyHeader?: ProxyHeader;
  /** The process at the other end, and its user; unknown unless set. */
  readonly peerCredentials?: PeerCredentials;
  /** Called with the error that the protocol passes to `failConnection`, which throws the error unless this is set. */
  readonly onFailure?: (error: unknown) => void;
}

/** A protocol of type P that is connected to a transport, as `StringTransport.for` returns them. */
export interface Seat<P> {
  /** What the factory built. */
  readonly protocol: P;
  /** What the protocol has as its `transport`. */
  readonly transport: StringTransport;
}

/**
 * A transport without a connection, to test a protocol: call `protocol.makeConnection(transport)`, then
 * `protocol.dataReceived(bytes)`, and look at `transport.value()`. The test plays the event loop and the peer: what the engine
 * would call later the test calls itself, `connectionLost` included, and what a callback throws goes to the test.
 *
 * What is written stays unsent until `clear`, as if the peer did not read: with more than 64 KiB `write` returns false and a
 * streaming producer is paused, as on a connection.
 */
export class StringTransport implements Transport {
  readonly clock: Time;
  readonly reactor: Time;
  readonly proxyHeader: ProxyHeader | undefined;
  readonly peerCredentials: PeerCredentials | undefined;
  readonly #host: Address;
  readonly #peer: Address;
  readonly #onFailure: ((error: unknown) => void) | undefined;
  #protocol: Pick<Callbacks, 'readingResumed' | 'handshakeCompleted' | 'takeUnread'> | undefined;
  #state: State = 'open';
  #paused = false;
  #writeDisconnecting = false;
  #reason: Error | undefined;
  #pieces: Buffer[] = [];
  #size = 0;
  #producer: Producer | PullProducer | undefined;
  #streaming = false;
  #flow: Flow | undefined;
  #waiters: RoomWaiters | undefined;
  #turned: { readonly tls: TLS; readonly unread: Buffer } | undefined;
  /** The outcome of the handshake that `secure` set; undefined before. */
  tls: TlsInfo | undefined;

  /** Makes an open transport to which nothing was written. */
  constructor(options: StringTransportOptions = {}) {
    this.clock = options.clock ?? options.reactor ?? new Clock();
    this.reactor = options.reactor ?? this.clock;
    this.#host = options.host ?? new IPv4Address('192.0.2.1', 10_000);
    this.#peer = options.peer ?? new IPv4Address('198.51.100.1', 54_321);
    this.#onFailure = options.onFailure;
    this.proxyHeader = options.proxyHeader;
    this.peerCredentials = options.peerCredentials;
  }

  /**
   * Builds a protocol by a factory, as the engine does for a connection with the `peer` of the options, and connects it to a new
   * transport: `const { protocol, transport } = StringTransport.for(factory)`. `connectionMade` was called then. The factory is not asked
   * to admit the connection, and is not started.
   *
   * Throws what `buildProtocol` and `connectionMade` throw, a `TypeError` if `factory` is not a factory or cannot build a protocol, and an
   * `Error` if it refuses the connection by returning null. What a promise of `connectionMade` rejects with goes to `onFailure`.
   */
  static for<F extends ProtocolFactory>(factory: F, options: StringTransportOptions = {}): Seat<BuiltBy<F>> {
    checkFactory(factory);
    factory.checkProtocol();
    const transport = new StringTransport(options);
    const protocol = owned<Callbacks>(factory.buildProtocol(transport.getPeer()), factory);
    if (protocol === null) throw new Error('the factory refused the connection: its buildProtocol returned null');
    const result: unknown = protocol.makeConnection(transport);
    if (isThenable(result)) promiseOf(result).catch((error) => transport.failConnection(error));
    // It is what the factory built; the type of the factory says of what type that is.
    return { protocol: protocol as unknown as BuiltBy<F>, transport };
  }

  // The test's side.

  /** Returns what was written since the last `clear`, as a copy. */
  value(): Buffer {
    return Buffer.concat(this.#pieces, this.#size);
  }

  /**
   * Forgets what was written, as if it had been sent: resolves the promises of `drained()`, lets a paused producer go on, and
   * asks a pull producer for its next piece. Throws what the producer throws.
   */
  clear(): void {
    this.#pieces = [];
    this.#size = 0;
    this.#admit(writes(this.#state, this.#flow !== undefined));
    const flow = this.#flow;
    if (flow?.falls(0)) flow.resume();
  }

  /** The reason for which the protocol aborted the connection; undefined unless it did. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** True once the protocol called `loseWriteConnection`. */
  get writeDisconnecting(): boolean {
    return this.#writeDisconnecting;
  }

  /** Whether the protocol wants data: `stopped` for good, `paused`, or `producing` if neither. */
  get producerState(): 'producing' | 'paused' | 'stopped' {
    if (!delivers(this.#state)) return 'stopped';
    return this.#paused ? 'paused' : 'producing';
  }

  /** The registered producer; undefined if none is registered. */
  get producer(): Producer | PullProducer | undefined {
    return this.#producer;
  }

  /** Whether the registered producer is a streaming one; false if none is registered. */
  get streaming(): boolean {
    return this.#streaming;
  }

  /** With what the protocol called `startTLS`, and the bytes that TLS would read first; undefined unless it did. */
  get turned(): { readonly tls: TLS; readonly unread: Buffer } | undefined {
    return this.#turned;
  }

  /**
   * Ends the handshake: sets `tls` to the given outcome, with defaults for what is not given, and calls `handshakeCompleted` of the
   * protocol.
   */
  secure(tls: Partial<TlsInfo> = {}): void {
    this.tls = { ...PLAIN, ...tls };
    void this.#protocol?.handshakeCompleted?.();
  }

  // The protocol's side.

  /** Called by `Protocol.makeConnection` with the protocol that uses this transport. */
  attach(protocol: Pick<Callbacks, 'readingResumed' | 'handshakeCompleted' | 'takeUnread'>): void {
    this.#protocol = protocol;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get disconnecting(): boolean {
    return !delivers(this.#state);
  }

  /** True once the protocol aborted the connection: the test has to call `connectionLost`. */
  get disconnected(): boolean {
    return this.#state === 'aborting';
  }

  /**
   * Copies the data, so that `value` shows what it was when it was written. Returns false if more than 64 KiB are unsent or the
   * protocol has ended its output. Throws a `TypeError` for anything else than bytes or a string.
   */
  write(data: Uint8Array | string): boolean {
    const chunk = chunkOf(data);
    if (!writes(this.#state, this.#flow !== undefined)) return false;
    this.#pieces.push(Buffer.from(chunk));
    this.#size += chunk.length;
    if (this.#size > HIGH_WATER) this.#waiters ??= new RoomWaiters();
    const flow = this.#flow;
    if (flow?.rises(this.#size)) flow.pause();
    return this.#size <= HIGH_WATER;
  }

  writeSequence(data: Iterable<Uint8Array | string>): boolean {
    let room = this.#waiters === undefined && !this.disconnecting;
    for (const piece of data) room = this.write(piece);
    return room;
  }

  loseConnection(): void {
    this.#apply('lose');
  }

  /** Aborts: sets `reason` and `disconnected`. `value` still returns what was written. The test has to call `connectionLost`. */
  abortConnection(reason: Error = new ConnectionAborted()): void {
    if (!this.#apply('abort')) return;
    this.#reason = reason;
    this.#admit(false);
  }

  /** Aborts, and throws the error, so that the test sees it; if `onFailure` is set, calls that instead of throwing. */
  failConnection(error: unknown): void {
    this.abortConnection(errorOf(error));
    if (this.#onFailure === undefined) throw error;
    this.#onFailure(error);
  }

  /** Ends the output: later writes are dropped. The test has to call `writeConnectionLost`. */
  loseWriteConnection(): void {
    if (this.#apply('shut')) this.#writeDisconnecting = true;
  }

  /**
   * Notes the call, and the bytes that the protocol did not use, in `turned`. The test has to call `secure`. Throws an `Error` if
   * it was called before.
   */
  startTLS(tls: TLS, unread: Uint8Array = EMPTY): void {
    if (this.#turned !== undefined || this.tls !== undefined) throw new Error('TLS is spoken already');
    if (!delivers(this.#state)) return;
    this.#turned = { tls, unread: Buffer.concat([unread, this.#protocol?.takeUnread?.() ?? EMPTY]) };
  }

  getHost(): Address {
    return this.#host;
  }

  getPeer(): Address {
    return this.#peer;
  }

  pauseProducing(): void {
    if (delivers(this.#state)) this.#paused = true;
  }

  /** Calls `readingResumed` of the protocol, if reading was paused: at once, since a test has no event loop. */
  resumeProducing(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!delivers(this.#state)) return;
    const result: unknown = this.#protocol?.readingResumed?.();
    if (isThenable(result)) promiseOf(result).catch((error) => this.failConnection(error));
  }

  stopProducing(): void {
    this.loseConnection();
  }

  /**
   * Registers a producer. A streaming one is paused inside the `write` that exceeds 64 KiB; `clear` lets it go on. A pull
   * producer is asked by `clear`, or by the test itself. On an aborted connection the producer is stopped at once. Throws an
   * `Error` while a producer is registered, and a `TypeError` for a streaming producer without `pauseProducing`.
   */
  registerProducer(producer: Producer, streaming: true): void;
  registerProducer(producer: PullProducer, streaming: false): void;
  registerProducer(producer: Producer | PullProducer, streaming: boolean): void {
    if (this.#flow !== undefined) throw new Error('a producer is registered already');
    const flow = Flow.of(producer, streaming);
    if (!writes(this.#state, true)) {
      flow.stop();
      return;
    }
    this.#flow = flow;
    this.#producer = producer;
    this.#streaming = streaming;
  }

  unregisterProducer(): void {
    this.#flow = undefined;
    this.#producer = undefined;
    this.#streaming = false;
  }

  drained(): Promise<boolean> {
    if (!writes(this.#state, this.#flow !== undefined)) return Promise.resolve(false);
    return this.#waiters?.wait() ?? Promise.resolve(true);
  }

  /** Does nothing, since the transport does not have a socket. */
  setTcpNoDelay(_on: boolean): void {}

  /** Does nothing, since the transport does not have a socket. */
  setTcpKeepAlive(_on: boolean, _initialDelayMs?: number): void {}

  /** Takes the step of the table of a connection's life for an event. Returns false if that changes nothing. */
  #apply(event: LifeEvent): boolean {
    const step = transition(this.#state, event);
    if (step === undefined) return false;
    this.#state = step.to;
    return true;
  }

  /** Resolves the promises of `drained`. */
  #admit(room: boolean): void {
    this.#waiters?.release(room);
    this.#waiters = undefined;
  }
}
