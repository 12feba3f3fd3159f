import type { TlsInfo } from 'couplet';
import type { Backend, Cause, ClockFacet, Sink, SocketName, TlsContext, Wire } from 'couplet/testing';
import { PassingBackend } from './passing-backend.ts';

/**
 * A wire that a check can shut: it then holds the chunk that it is given, like a wire whose kernel has no room. It also writes down the
 * calls of the engine.
 */
export class ValveWire implements Wire, Sink {
  /** `write <bytes>`, `end`, `close`, `abort`, `pause` and `resume`, in order. */
  readonly calls: string[] = [];
  /** Copies of the chunks that were written. */
  readonly chunks: Buffer[] = [];
  /** The sink of the wire. */
  sink: Sink | null = null;
  readonly #wire: Wire;
  readonly #clock: ClockFacet;
  #shut = false;
  #held: Uint8Array | undefined;
  #cause: Cause | undefined;
  #passed: () => void = () => {};

  constructor(wire: Wire, clock: ClockFacet) {
    this.#wire = wire;
    this.#clock = clock;
  }

  get local(): SocketName | undefined {
    return this.#wire.local;
  }

  get peer(): SocketName | undefined {
    return this.#wire.peer;
  }

  get copies(): boolean {
    return this.#wire.copies;
  }

  /** How many bytes the valve holds back. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** Sets the cause that the engine is told when the wire closes. */
  blame(cause: Cause): void {
    this.#cause = cause;
  }

  /** Aborts the connection; the engine is told this cause. */
  cut(cause: Cause): void {
    this.blame(cause);
    this.#wire.abort();
  }

  /** From now on every chunk is held. */
  shut(): void {
    this.#shut = true;
  }

  /** Lets the held chunk pass, and those to come. */
  open(): void {
    this.#shut = false;
    void this.pass();
  }

  /** Lets the held chunk pass; the next one is held again. Resolves when the engine was told. */
  pass(): Promise<void> {
    const chunk = this.#held;
    if (chunk === undefined) return Promise.resolve();
    this.#held = undefined;
    const passed = new Promise<void>((resolve) => {
      this.#passed = resolve;
    });
    if (this.#wire.write(chunk)) this.#clock.defer(() => this.onWritable());
    return passed;
  }

  onData(chunk: Buffer): void {
    this.sink?.onData(chunk);
  }

  onEof(): void {
    this.sink?.onEof();
  }

  onWritable(): void {
    this.sink?.onWritable();
    this.#passed();
  }

  onWriteFailed(cause: Cause): void {
    this.sink?.onWriteFailed(cause);
  }

  onSecured(tls: TlsInfo): Sink {
    this.sink = this.sink?.onSecured(tls) ?? null;
    return this;
  }

  onClosed(cause: Cause): void {
    this.sink?.onClosed(this.#cause ?? cause);
  }

  write(chunk: Uint8Array): boolean {
    this.calls.push(`write ${chunk.length}`);
    this.chunks.push(Buffer.from(chunk));
    if (!this.#shut) return this.#wire.write(chunk);
    this.#held = chunk;
    return false;
  }

  end(): void {
    this.calls.push('end');
    this.#wire.end();
  }

  close(): void {
    this.calls.push('close');
    this.#wire.close();
  }

  abort(): void {
    this.calls.push('abort');
    this.#held = undefined;
    this.#wire.abort();
  }

  pause(): void {
    this.calls.push('pause');
    this.#wire.pause();
  }

  resume(): void {
    this.calls.push('resume');
    this.#wire.resume();
  }

  setNoDelay(on: boolean): void {
    this.#wire.setNoDelay(on);
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    this.#wire.setKeepAlive(on, initialDelayMs);
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    this.calls.push('startTls');
    this.#wire.startTls(context, serverName, unread);
  }
}

/** A backend whose wires have valves. */
export class ValveBackend extends PassingBackend {
  /** The wires of servers, in the order in which they were accepted. */
  readonly accepted: ValveWire[] = [];
  /** The wires of clients, in the order in which they connected. */
  readonly connected: ValveWire[] = [];

  constructor(backend: Backend) {
    super(backend);
    const { streams } = backend;
    this.streams = {
      ...streams,
      listen: (place, sink) =>
        streams.listen(place, {
          onAccepted: (wire) => this.#fit(wire, this.accepted, (valve) => sink.onAccepted(valve)),
          onAcceptFailed: (cause) => sink.onAcceptFailed(cause),
        }),
      connect: (place, attempt) =>
        streams.connect(place, {
          onReady: (wire) => this.#fit(wire, this.connected, (valve) => attempt.onReady(valve)),
          onFailed: (cause) => attempt.onFailed(cause),
        }),
    };
  }

  #fit(wire: Wire, valves: ValveWire[], taker: (wire: Wire) => Sink | null): Sink | null {
    const valve = new ValveWire(wire, this.clock);
    valves.push(valve);
    valve.sink = taker(valve);
    return valve.sink === null ? null : valve;
  }
}
