import type { TlsInfo } from 'couplet';
import type {
  Backend,
  Cause,
  Child,
  ChildSink,
  ConnectPlace,
  KernelSocket,
  Settled,
  Sink,
  SocketName,
  SpawnSink,
  Streams,
  TlsContext,
  Wire,
} from 'couplet/testing';
import { PassingBackend } from './passing-backend.ts';

/** The most bytes that a wire may be handed. */
const MOST = 256 * 1024;

/** The outcome of an operation, which the engine asked for, and has not cancelled, while `trying`. */
interface Followed extends Settled<Wire> {
  state: 'calling' | 'trying' | 'settled' | 'cancelled';
}

/** Stands between engine and backend, and writes down calls of both that the seam does not allow. */
export class SeamWatch extends PassingBackend {
  readonly faults: string[] = [];
  /** How many bytes of memory were written to the wires: memory that one wire is given again counts once. */
  handed = 0;

  constructor(backend: Backend) {
    super(backend);
    const { clock, streams, processes } = backend;
    if (processes !== undefined)
      this.processes = { spawn: (place, sink) => processes.spawn(place, this.#watchStart(sink)) };
    this.clock = {
      ...clock,
      alarm: (at, ring) =>
        clock.alarm(at, () => {
          if (at === undefined || clock.now() < at) this.faults.push('the alarm rang too early');
          ring();
        }),
    };
    this.streams = {
      ...streams,
      listen: (place, sink) =>
        streams.listen(place, {
          onAccepted: (wire) => this.#watch(wire, (watched) => sink.onAccepted(watched)),
          onAcceptFailed: (cause) => sink.onAcceptFailed(cause),
        }),
      connect: (place, attempt) => this.#connect(streams, place, attempt),
      ...(streams.adopt !== undefined && { adopt: this.#adopting(streams.adopt) }),
    };
  }

  #connect(streams: Streams, place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void } {
    const followed = this.#follow('an attempt', attempt);
    const trying = streams.connect(place, followed);
    followed.state = 'trying';
    const cancel = (): void => {
      if (followed.state === 'trying') followed.state = 'cancelled';
      trying.cancel();
    };
    return { cancel };
  }

  #watchStart(sink: SpawnSink): SpawnSink {
    let told = false;
    const tell = (what: string): void => {
      if (told) this.faults.push(`${what} of a start that was told already`);
      told = true;
    };
    return {
      onStarted: (child) => {
        tell('onStarted');
        return this.#watchChild(child, (watched) => sink.onStarted(watched));
      },
      onFailed: (cause) => {
        tell('onFailed');
        sink.onFailed(cause);
      },
    };
  }

  #watchChild(child: Child, taker: (child: Child) => ChildSink): ChildSink {
    const stdin = new InputWitnessWire(child.stdin, this);
    const stdout = new WitnessWire(child.stdout, this);
    const stderr = child.stderr && new WitnessWire(child.stderr, this);
    let over = false;
    const release = (): void => {
      over = true;
      child.release();
    };
    const sink = taker({ pid: child.pid, stdin, stdout, stderr, signal: (name) => child.signal(name), release });
    stdin.sink = sink.stdin;
    stdout.sink = sink.stdout;
    if (stderr !== undefined) stderr.sink = sink.stderr ?? null;
    return {
      ...{ stdin, stdout },
      ...(stderr && { stderr }),
      onExited: (exit) => {
        if (over) this.faults.push('onExited of a child that has ended or was released');
        if ((exit.exitCode === undefined) === (exit.signal === undefined))
          this.faults.push(`onExited with exitCode ${exit.exitCode} and signal ${exit.signal}`);
        over = true;
        sink.onExited(exit);
      },
    };
  }

  #adopting(adopt: NonNullable<Streams['adopt']>): NonNullable<Streams['adopt']> {
    return (place, settled) => {
      const followed = this.#follow('an adoption', settled);
      adopt(place, followed);
      followed.state = 'trying';
    };
  }

  /** Judges when an outcome is told, and how often. */
  #follow(what: string, settled: Settled<Wire>): Followed {
    const settle = (how: string): void => {
      if (followed.state !== 'trying') this.faults.push(`${how} of ${what} while ${followed.state}`);
      followed.state = 'settled';
    };
    const followed: Followed = {
      state: 'calling',
      onReady: (wire) => {
        settle('onReady');
        return this.#watch(wire, (watched) => settled.onReady(watched));
      },
      onFailed: (cause) => {
        settle('onFailed');
        settled.onFailed(cause);
      },
    };
    return followed;
  }

  #watch(wire: Wire, taker: (wire: Wire) => Sink | null): Sink | null {
    const watched = new WitnessWire(wire, this);
    watched.sink = taker(watched);
    return watched.sink === null ? null : watched;
  }
}

/** A wire that knows which calls are allowed now. */
class WitnessWire implements Wire, Sink {
  sink: Sink | null = null;
  readonly #wire: Wire;
  protected readonly witness: SeamWatch;
  /** The memory of the last chunk. */
  #memory: ArrayBufferLike | undefined;
  #calling = false;
  #held = false;
  #paused = false;
  /** The engine has sent the FIN. */
  #ended = false;
  /** The peer's FIN has come. */
  #eof = false;
  /** A write has failed. */
  #failed = false;
  #closed = false;
  /** The handshake has begun and is not complete. */
  #securing = false;
  #secured = false;

  constructor(wire: Wire, witness: SeamWatch) {
    this.#wire = wire;
    this.witness = witness;
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

  get kernel(): KernelSocket | undefined {
    return this.#wire.kernel;
  }

  write(chunk: Uint8Array): boolean {
    this.#judge('write', this.#held || this.#ended || this.#securing);
    this.#judge(`write of ${chunk.length} bytes`, chunk.length === 0 || chunk.length > MOST);
    if (chunk.buffer !== this.#memory) this.witness.handed += chunk.buffer.byteLength;
    this.#memory = chunk.buffer;
    const taken = this.#call(() => this.#wire.write(chunk));
    this.#held = !taken;
    return taken;
  }

  end(): void {
    this.#judge('end', this.#held || this.#ended || this.#securing);
    this.#ended = true;
    this.#call(() => this.#wire.end());
  }

  close(): void {
    this.#call(() => this.#wire.close());
  }

  abort(): void {
    this.#call(() => this.#wire.abort());
  }

  pause(): void {
    this.#paused = true;
    this.#call(() => this.#wire.pause());
  }

  resume(): void {
    this.#paused = false;
    this.#call(() => this.#wire.resume());
  }

  setNoDelay(on: boolean): void {
    this.#call(() => this.#wire.setNoDelay(on));
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    this.#call(() => this.#wire.setKeepAlive(on, initialDelayMs));
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    this.#judge('startTls', this.#held || this.#ended || this.#eof || this.#secured || this.#securing);
    this.#securing = true;
    this.#call(() => this.#wire.startTls(context, serverName, unread));
  }

  onData(chunk: Buffer): void {
    this.#judge(
      'onData',
      this.#calling || this.#closed || this.#eof || this.#paused || this.#securing || chunk.length === 0,
    );
    this.sink?.onData(chunk);
  }

  onEof(): void {
    const late = this.#closed || this.#eof || this.#failed;
    this.#judge('onEof', this.#calling || late || this.#paused || this.#securing);
    this.#eof = true;
    this.sink?.onEof();
  }

  onWritable(): void {
    this.#judge('onWritable', this.#calling || this.#closed || this.#failed || !this.#held);
    this.#held = false;
    this.sink?.onWritable();
  }

  onWriteFailed(cause: Cause): void {
    this.#judge('onWriteFailed', this.#calling || this.#closed || this.#failed);
    this.#failed = true;
    this.sink?.onWriteFailed(cause);
  }

  onSecured(tls: TlsInfo): Sink {
    this.#judge('onSecured', this.#calling || this.#closed || !this.#securing);
    this.#securing = false;
    this.#secured = true;
    this.sink = this.sink?.onSecured(tls) ?? null;
    return this;
  }

  onClosed(cause: Cause): void {
    this.#judge('onClosed', this.#calling || this.#closed);
    this.#closed = true;
    this.sink?.onClosed(cause);
  }

  #call<T>(call: () => T): T {
    this.#calling = true;
    try {
      return call();
    } finally {
      this.#calling = false;
    }
  }

  /** Notes a call that was wrong, with the state of the wire. */
  #judge(what: string, wrong: boolean): void {
    if (!wrong) return;
    const flags = Object.entries({
      'inside a call': this.#calling,
      'holding a chunk': this.#held,
      paused: this.#paused,
      'after our FIN': this.#ended,
      "after the peer's FIN": this.#eof,
      'after a failed write': this.#failed,
      closed: this.#closed,
      'in its handshake': this.#securing,
      secure: this.#secured,
    });
    const when = flags.filter(([, on]) => on).map(([name]) => name);
    this.witness.faults.push(`${what} on a wire that is ${when.length === 0 ? 'ready' : when.join(', ')}`);
  }
}

/** The standard input of a child, which tells nothing of input. */
class InputWitnessWire extends WitnessWire {
  override onData(): void {
    this.#fault('onData');
  }

  override onEof(): void {
    this.#fault('onEof');
  }

  #fault(what: string): void {
    this.witness.faults.push(`${what} of the standard input of a child`);
  }
}
