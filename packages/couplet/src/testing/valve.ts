import type { HostAddress, SocketName } from '../seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, ListenPlace, StopSignal } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { Sink, Wire } from '../seam/wire.ts';

/**
 * A wire that a check can shut: it then holds the chunk that it is given, as a wire does whose kernel has no room. It also
 * writes down what the engine does to it.
 */
export class ValveWire implements Wire {
  /** `write <bytes>`, `end`, `close`, `abort`, `pause` and `resume`, in order. */
  readonly calls: string[] = [];
  /** Copies of the chunks that were written. */
  readonly chunks: Buffer[] = [];
  /** Who hears that a held chunk is gone. */
  sink: Sink | undefined;
  readonly #wire: Wire;
  readonly #backend: Backend;
  #shut = false;
  #held: Uint8Array | undefined;

  constructor(wire: Wire, backend: Backend) {
    this.#wire = wire;
    this.#backend = backend;
  }

  get local(): SocketName {
    return this.#wire.local;
  }

  get peer(): SocketName {
    return this.#wire.peer;
  }

  /** How many bytes the valve holds back. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** From now on every chunk is held. */
  shut(): void {
    this.#shut = true;
  }

  /** Lets the held chunk pass, and those to come. */
  open(): void {
    this.#shut = false;
    this.pass();
  }

  /** Lets the held chunk pass; the next one is held again. */
  pass(): void {
    const chunk = this.#held;
    this.#held = undefined;
    if (chunk !== undefined && this.#wire.write(chunk)) this.#backend.defer(() => this.sink?.onWritable());
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
}

/** A backend whose wires have valves. */
export class ValveBackend implements Backend {
  /** The wires of servers, in the order in which they were accepted. */
  readonly accepted: ValveWire[] = [];
  /** The wires of clients, in the order in which they connected. */
  readonly connected: ValveWire[] = [];
  /** True: new wires begin shut. */
  shut = false;
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get name(): string {
    return this.#backend.name;
  }

  now(): number {
    return this.#backend.now();
  }

  wallClock(): number {
    return this.#backend.wallClock();
  }

  random(): number {
    return this.#backend.random();
  }

  alarm(at: number | undefined, ring: () => void): void {
    this.#backend.alarm(at, ring);
  }

  defer(task: () => void): void {
    this.#backend.defer(task);
  }

  yield(task: () => void): void {
    this.#backend.yield(task);
  }

  listen(place: ListenPlace, accept: (wire: Wire) => Sink | null): Promise<Listener | Cause> {
    return this.#backend.listen(place, (wire) => this.#fit(wire, this.accepted, accept));
  }

  connect(place: ConnectPlace, attempt: Attempt): { cancel(): void } {
    return this.#backend.connect(place, {
      onConnected: (wire) => this.#fit(wire, this.connected, (valve) => attempt.onConnected(valve)),
      onFailed: (cause) => attempt.onFailed(cause),
    });
  }

  resolve(host: string): Promise<readonly HostAddress[] | Cause> {
    return this.#backend.resolve(host);
  }

  catchSignals(caught: (signal: StopSignal) => void): () => void {
    return this.#backend.catchSignals(caught);
  }

  complain(line: string): void {
    this.#backend.complain(line);
  }

  #fit(wire: Wire, valves: ValveWire[], taker: (wire: Wire) => Sink | null): Sink | null {
    const valve = new ValveWire(wire, this.#backend);
    if (this.shut) valve.shut();
    valves.push(valve);
    const sink = taker(valve);
    valve.sink = sink ?? undefined;
    return sink;
  }
}
