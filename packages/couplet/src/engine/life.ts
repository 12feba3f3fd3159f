import { ConnectionAborted, TimeoutError } from '../protocol/errors.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { ConnectionDetail, ConnectionView } from '../protocol/views.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { Ends } from './ends.ts';
import type { Engine, Flushable } from './engine.ts';
import type { Flow } from './flow.ts';
import { delivers, ends, type LifeEvent, over, type State, sends, transition, writes } from './life-cycle.ts';
import type { Linger, LingerBounds } from './linger.ts';
import type { Live } from './live.ts';
import type { Origin } from './origin.ts';
import { Output } from './output.ts';
import type { Prelude } from './prelude.ts';
import { MOST } from './write-queue.ts';

/** How many bytes the wire is given at once while the close is bounded, so that a slow peer is seen to take some. */
const CLOSE_PORTION = 16 * 1024;

/** Where a connection belongs: to a port, or to a connector. */
export interface Home<C> {
  readonly origin: Origin;
  /** Whether observers are not told of its connections, because they are parts of something else; false unless set. */
  readonly untold?: boolean;
  /** Adds a connection that begins. */
  add(connection: C): void;
  /** Removes a connection that is gone, after its protocol was told. */
  lost(connection: C, reason: Error): void;
}

/**
 * The life of a connection: its state by the table of the life cycle, what each step does to the wire, and the waits of a close.
 */
export abstract class Life extends Ends implements Flushable, Live {
  previous: Live | undefined;
  next: Live | undefined;
  protected bounds: ConnectionBounds;
  protected readonly output: Output;
  protected state: State = 'open';
  /** Why this side ended it; once the wire is gone, the reason for the protocol. */
  protected reason: Error | undefined;
  /** Absent until a producer is registered: few connections have one. */
  declare protected flow: Flow | undefined;
  protected linger: Linger | undefined;
  /** True while this connection is scheduled for the end of the run. */
  #scheduled = false;

  constructor(engine: Engine, wire: Wire, bounds: ConnectionBounds, prelude: Prelude) {
    super(engine, prelude);
    this.bounds = bounds;
    this.output = new Output(engine, wire);
  }

  override get wire(): Wire {
    return this.output.wire;
  }

  protected override get engine(): Engine {
    return this.output.engine;
  }

  get disconnecting(): boolean {
    return !delivers(this.state) && this.state !== 'writing';
  }

  get disconnected(): boolean {
    return over(this.state);
  }

  quit(bounds: LingerBounds, why: string): void {
    this.bounds = { ...this.bounds, ...bounds };
    if (over(this.state)) return;
    const left = this.disconnecting;
    if (!left) this.reason ??= new ConnectionAborted(why);
    // With a FIN, what a producer has begun would look complete.
    this.apply(!left && this.flow !== undefined ? 'abort' : 'lose');
  }

  cut(): void {
    this.apply(this.output.idle && this.flow === undefined ? 'cut' : 'abort');
  }

  abstract views(): Iterable<ConnectionView>;

  abstract detail(id: number): ConnectionDetail | undefined;

  abstract readonly bytesIn: number;

  abstract readonly bytesOut: number;

  get clock(): Clock {
    return this.engine;
  }

  get reactor(): Clock {
    return this.engine.reactor;
  }

  setTcpNoDelay(on: boolean): void {
    this.output.setNoDelay(on);
  }

  setTcpKeepAlive(on: boolean, initialDelayMs = 0): void {
    this.wire.setKeepAlive(on, initialDelayMs);
  }

  get sendFileDescriptor(): ((fd: number) => void) | undefined {
    const { kernel } = this.wire;
    if (kernel?.sendDescriptor === undefined || this.output.upgrading) return undefined;
    return (fd) => {
      if (writes(this.state, this.flow !== undefined)) kernel.sendDescriptor?.(fd);
    };
  }

  flush(): boolean {
    this.#scheduled = false;
    return this.goOn();
  }

  /** Does what waited for the end of the run. Returns true if that ran code of the application. */
  protected abstract goOn(): boolean;

  /** The most bytes that the wire is given at once. */
  protected get portion(): number {
    return this.linger === undefined ? MOST : CLOSE_PORTION;
  }

  /** Called just before the first step towards the end. */
  protected abstract beginToEnd(): void;

  /** Called when our FIN is sent and input is still delivered. */
  protected abstract outputEnded(): void;

  /** Takes the step of the table for an event, if there is one. */
  protected apply(event: LifeEvent): void {
    const step = transition(this.state, event);
    if (step === undefined) return;
    if (ends(step.to) && !ends(this.state)) this.beginToEnd();
    this.state = step.to;
    switch (step.action) {
      case 'discard':
        if (!this.output.upgrading) this.wire.resume();
        break;
      case 'end':
        this.wire.end();
        this.outputEnded();
        break;
      case 'endAndLinger':
        this.wire.end();
        this.#await();
        break;
      case 'linger':
        this.wire.resume();
        this.#await();
        break;
      case 'wait':
        this.#await();
        break;
      case 'close':
        this.linger = this.engine.lingers.end(this.linger);
        this.wire.close();
        break;
      case 'abort':
        this.output.clear();
        this.wire.abort();
        break;
      case 'conclude':
        this.#plan();
        break;
    }
    if (!sends(this.state)) return;
    if (this.state !== 'shutting') this.#boundClose();
    this.schedule();
  }

  protected abort(reason: Error): void {
    if (transition(this.state, 'abort') === undefined) return;
    this.reason = reason;
    this.apply('abort');
  }

  protected schedule(): void {
    if (!this.#scheduled && this.state !== 'gone') this.#plan();
  }

  /** Goes on after other events: this connection has used up its turn. */
  protected postpone(): void {
    this.#scheduled = true;
    this.engine.postpone(this);
  }

  #plan(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.engine.schedule(this);
  }

  /** Begins the wait that ends with `lingered`. */
  #await(): void {
    const { lingers } = this.engine;
    lingers.end(this.linger);
    this.linger = lingers.begin(this.bounds, () => this.apply('lingered'));
  }

  /** From now on the peer has to take some of what is unsent within each `closeTimeoutMs`. */
  #boundClose(): void {
    const { closeTimeoutMs } = this.bounds;
    if (closeTimeoutMs === Number.POSITIVE_INFINITY || this.linger !== undefined) return;
    const bounds = { lingerTimeoutMs: closeTimeoutMs, lingerMaxMs: Number.POSITIVE_INFINITY };
    this.linger = this.engine.lingers.begin(bounds, () => this.#closeLate());
  }

  /**
   * Called when the peer has not taken a chunk for `closeTimeoutMs`. If the wire got a large chunk before the close, the runtime
   * may tell how much of it is left; otherwise the chunk may take as long as its portions would.
   */
  #closeLate(): void {
    const { linger } = this;
    if (linger === undefined) return;
    const { closeTimeoutMs } = this.bounds;
    const now = this.engine.now();
    const { unsent } = this.wire;
    const portions = unsent === undefined ? Math.max(1, Math.ceil(this.output.held / CLOSE_PORTION)) : 1;
    if (linger.flushed(this.output.idle, unsent, now)) return;
    if (linger.idleFor(now) < portions * closeTimeoutMs) linger.extend(now);
    else this.abort(new TimeoutError(`the peer took nothing for ${closeTimeoutMs} ms (closeTimeoutMs) while closing`));
  }
}
