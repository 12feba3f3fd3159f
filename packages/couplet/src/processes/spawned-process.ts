import { fixedData } from '../bytes/chunk.ts';
import { Flow, HIGH_WATER } from '../engine/flow.ts';
import { classOf, errorOf } from '../engine/report.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import { Machine } from '../machine/machine.ts';
import { ConnectionDone, ConnectionLost } from '../protocol/errors.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import { ProcessDone, ProcessTerminated } from '../protocol/process-errors.ts';
import type { ProcessProtocol } from '../protocol/process-protocol.ts';
import type { ProcessTransport } from '../protocol/process-transport.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import type { ProcessView } from '../protocol/views.ts';
import type { Cause } from '../seam/cause.ts';
import type { Child, ChildSink, ProcessExit } from '../seam/processes.ts';
import type { Signal } from '../seam/surroundings.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { ReactorStopped } from '../time/waits.ts';
import { checkText } from '../values/checks.ts';
import { ProcessCallbacks } from './callbacks.ts';
import { Pipes } from './pipes.ts';
import { PROCESS_LIFE } from './process-life.ts';
import { spawnErrorOf } from './spawn-error.ts';
import { Subprocess, type SubprocessOwner } from './subprocess.ts';

const LIFE = new Machine('process', 'starting', PROCESS_LIFE);

/** How a process is spawned, apart from what its backend has to know. */
export interface SpawnTerms {
  readonly command: string;
  readonly detached: boolean;
  readonly pipeTimeoutMs: number;
  readonly bounds: ConnectionBounds;
}

/** One process that the program has spawned, and the transport of its protocol. */
export class SpawnedProcess extends Subprocess implements ProcessTransport {
  readonly #protocol: ProcessProtocol;
  readonly #terms: SpawnTerms;
  readonly #owner: SubprocessOwner;
  readonly #callbacks: ProcessCallbacks;
  /** Its pipes; undefined until it runs. */
  #pipes: Pipes | undefined;
  /** What the program asked for before it runs. Called without an input if it never does. */
  readonly #early: ((input: StreamTransport | undefined) => void)[] = [];
  /** How many more bytes have room before it runs. */
  #earlyRoom = HIGH_WATER;
  /** The producer that was registered before it runs. */
  #producer: PullProducer | undefined;
  /** Ends of pipes that wait for the promise of a callback. */
  readonly #late: (() => void)[] = [];
  #paused = false;
  /** It is ended by force: no promise is waited for. */
  #forced = false;
  /** The reason for `processEnded`: the first that is known. */
  #reason: Error | undefined;
  /** Ends the wait for the last promise. */
  #patience: DelayedCall | undefined;
  readonly #life = LIFE.start({
    boundPipes: () => this.#pipes?.bound(this.#terms.pipeTimeoutMs),
    conclude: () => this.#conclude(),
    end: () => this.#end(),
  });

  readonly #id: number;
  readonly #since: number;

  constructor(owner: SubprocessOwner, protocol: ProcessProtocol, terms: SpawnTerms) {
    super(owner);
    this.#id = this.engine.newId();
    this.#since = this.engine.now();
    this.#owner = owner;
    this.#protocol = protocol;
    this.#terms = terms;
    const isOver = (): boolean => this.#forced || this.#life.state === 'ended';
    this.#callbacks = new ProcessCallbacks(this.engine, protocol, {
      place: terms.command,
      get over(): boolean {
        return isOver();
      },
      failed: (error) => this.#fail(errorOf(error)),
      awaited: () => this.#read(),
      settled: () => this.#goOn(),
    });
  }

  // The backend's side.

  onStarted(child: Child): ChildSink {
    this.engine.enter();
    try {
      const pipes = this.#open(child);
      this.#pipes = pipes;
      this.#life.started();
      this.take(child);
      this.#read();
      for (const early of this.#early.splice(0)) this.#call('spawnProcess', () => early(pipes.input));
      this.#call('connectionMade', () => this.#protocol.connectionMade());
      const { input: stdin, output: stdout, error: stderr } = pipes;
      return { stdin, stdout, ...(stderr && { stderr }), onExited: (exit) => this.#exit(exit) };
    } finally {
      this.engine.leave();
    }
  }

  onFailed(cause: Cause): void {
    this.engine.run(() => {
      this.#reason = spawnErrorOf(this.#terms.command, cause);
      for (const early of this.#early.splice(0)) early(undefined);
      if (this.#producer !== undefined) this.#stop(this.#producer);
      this.#producer = undefined;
      this.#life.failed();
    });
  }

  #open(child: Child): Pipes {
    const protocol = this.#protocol;
    return new Pipes(this.#owner, child, this.#terms.bounds, {
      outReceived: (data) => this.#call('outReceived', () => protocol.outReceived(data)),
      errReceived: (data) => this.#call('errReceived', () => protocol.errReceived(data)),
      inConnectionLost: (reason) => {
        // The other reasons are this side's: what was written cannot be sent, or its producer has failed.
        if (!(reason instanceof ConnectionDone || reason instanceof ConnectionLost)) this.#fail(reason);
        this.#callLate('inConnectionLost', () => protocol.inConnectionLost());
      },
      outConnectionLost: () => this.#callLate('outConnectionLost', () => protocol.outConnectionLost()),
      errConnectionLost: () => this.#callLate('errConnectionLost', () => protocol.errConnectionLost()),
      piped: () => this.#life.piped(),
    });
  }

  #exit({ exitCode, signal }: ProcessExit): void {
    this.engine.run(() => {
      const reason = exitCode === 0 ? new ProcessDone() : new ProcessTerminated(exitCode, signal);
      this.#reason ??= reason;
      this.forget();
      this.#call('processExited', () => this.#protocol.processExited(reason));
      this.#life.exit();
    });
  }

  protected override askToEnd(): void {
    if (this.#terms.detached) this.letGo();
    else super.askToEnd();
  }

  /** Nothing is waited for but the end of the process. */
  protected override kill(): void {
    this.#forced = true;
    this.#pipes?.cut();
    super.kill();
    this.#goOn();
  }

  protected override letGo(): void {
    if (!this.runs) return;
    super.letGo();
    this.#reason ??= new ReactorStopped();
    this.#pipes?.cut();
    this.#life.exit();
  }

  // The protocol.

  #call(where: string, callback: () => unknown): void {
    this.#callbacks.call(where, callback);
  }

  /** Calls a callback once no promise of another one is pending. */
  #callLate(where: string, callback: () => unknown): void {
    if (this.#waits) this.#late.push(() => this.#call(where, callback));
    else this.#call(where, callback);
  }

  /** True while a promise of a callback is pending, and is waited for. */
  get #waits(): boolean {
    return this.#callbacks.pending && !this.#forced;
  }

  #read(): void {
    this.#pipes?.read(!(this.#paused || this.#waits));
  }

  /** Goes on with what waited for a promise. */
  #goOn(): void {
    while (!this.#waits && this.#late.length > 0) this.#late.shift()?.();
    this.#read();
    if (!this.#waits && this.#life.state === 'ending') this.#life.settled();
  }

  #fail(error: Error): void {
    if (!this.#forced) this.#reason = error;
    this.kill();
  }

  #conclude(): void {
    if (this.#waits || this.#late.length > 0) {
      const { lingerTimeoutMs } = this.#terms.bounds;
      this.#patience = this.engine.timers.callLater(lingerTimeoutMs, () => {
        this.#forced = true;
        this.#goOn();
      });
    } else this.#life.settled();
  }

  #end(): void {
    this.#patience?.cancel();
    const reason = this.#reason ?? new ReactorStopped();
    this.#call('processEnded', () => this.#protocol.processEnded(reason));
    this.vanish();
  }

  override view(): ProcessView | undefined {
    const { state } = this.#life;
    if (state === 'ended') return undefined;
    const { pid } = this;
    return {
      id: this.#id,
      protocol: classOf(this.#protocol),
      command: this.#terms.command,
      ...(pid === undefined ? {} : { pid }),
      state,
      since: this.#since,
      ...(this.#pipes?.moved ?? { bytesIn: 0, bytesOut: 0, queued: 0 }),
    };
  }

  // The program.

  get clock(): Clock {
    return this.engine;
  }

  get paused(): boolean {
    return this.#paused;
  }

  write(data: Uint8Array | string): boolean {
    const piece = fixedData(data);
    if (this.#pipes !== undefined) return this.#pipes.input.write(piece);
    this.#whenStarted((input) => input?.write(piece));
    this.#earlyRoom -= piece.length;
    // A producer is told to go on only if it is told to pause, which follows when the process runs.
    return this.#producer !== undefined && this.#earlyRoom >= 0;
  }

  writeSequence(data: Iterable<Uint8Array | string>): boolean {
    if (this.#pipes !== undefined) return this.#pipes.input.writeSequence(data);
    let room = false;
    for (const piece of data) room = this.write(piece);
    return room;
  }

  drained(): Promise<boolean> {
    if (this.#pipes !== undefined) return this.#pipes.input.drained();
    return new Promise((resolve) => {
      this.#whenStarted((input) => resolve(input?.drained() ?? false));
    });
  }

  closeStdin(): void {
    this.#whenStarted((input) => input?.loseConnection());
  }

  loseConnection(): void {
    this.#whenStarted((input) => {
      input?.loseConnection();
      this.#pipes?.closeOutputs();
    });
  }

  signalProcess(signal: Signal): boolean {
    checkText('signal', signal, 'SIGTERM');
    if (this.#life.state !== 'starting') return this.runs && this.send(signal);
    this.#whenStarted(() => this.send(signal));
    return true;
  }

  pauseProducing(): void {
    this.#paused = true;
    this.#read();
  }

  resumeProducing(): void {
    this.#paused = false;
    this.#read();
  }

  stopProducing(): void {
    this.loseConnection();
  }

  registerProducer(producer: Producer, streaming: true): void;
  registerProducer(producer: PullProducer, streaming: false): void;
  registerProducer(producer: Producer, streaming: boolean): void {
    if (this.#life.state === 'starting') {
      if (this.#producer !== undefined) throw new Error('a producer is registered already');
      // It throws now for a producer that is wrong.
      Flow.of(producer, streaming);
      this.#producer = producer;
    } else if (this.#pipes === undefined) this.engine.defer(() => this.#stop(producer));
    this.#whenStarted((input) => {
      if (streaming) input?.registerProducer(producer, true);
      else input?.registerProducer(producer, false);
    });
  }

  #stop(producer: PullProducer): void {
    this.#call('stopProducing', () => producer.stopProducing());
  }

  unregisterProducer(): void {
    this.#producer = undefined;
    this.#whenStarted((input) => input?.unregisterProducer());
  }

  /** Does something with the input: at once, or when the process runs; without one if it never does. */
  #whenStarted(call: (input: StreamTransport | undefined) => void): void {
    if (this.#life.state === 'starting') this.#early.push(call);
    else call(this.#pipes?.input);
  }
}
