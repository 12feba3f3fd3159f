import { StreamTransport } from '../engine/stream-transport.ts';
import { ConnectionDone } from '../protocol/errors.ts';
import type { ConnectionBounds } from '../protocol/options.ts';
import type { ProcessView } from '../protocol/views.ts';
import type { Child } from '../seam/processes.ts';
import type { Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { PipeCallbacks } from './pipe-callbacks.ts';
import type { SubprocessOwner } from './subprocess.ts';

/** Why this side closes a pipe. */
const LEFT = new ConnectionDone('this side has let go of the process');

/** Receives the events of the pipes of a process. */
export interface PipeEvents {
  outReceived(data: Buffer): void;
  errReceived(data: Buffer): void;
  inConnectionLost(reason: Error): void;
  outConnectionLost(): void;
  errConnectionLost(): void;
  /** The last pipe is over. */
  piped(): void;
}

/** Standard input, output and error output of a process. Each is a connection of one direction. */
export class Pipes {
  readonly input: StreamTransport;
  readonly output: StreamTransport;
  readonly error: StreamTransport | undefined;
  readonly #owner: SubprocessOwner;
  /** How many are not over. */
  #open = 0;
  #reads = true;
  /** How long outputs may stay open while they are read; and the present part of that time. */
  #leftMs = Number.POSITIVE_INFINITY;
  #limit: { readonly timer: DelayedCall; readonly since: number } | undefined;

  constructor(owner: SubprocessOwner, { stdin, stdout, stderr }: Child, bounds: ConnectionBounds, events: PipeEvents) {
    this.#owner = owner;
    const open = (wire: Wire, received: (data: Buffer) => void, lost: (reason: Error) => void): StreamTransport => {
      this.#open += 1;
      const pipe = new PipeCallbacks(received, (reason) => {
        this.#open -= 1;
        lost(reason);
        if (this.#open === 0) this.#end(events);
      });
      return new StreamTransport(owner.engine, wire, pipe, bounds, owner.pipes).start();
    };
    const ignored = (): void => {};
    const outReceived = (data: Buffer): void => events.outReceived(data);
    const errReceived = (data: Buffer): void => events.errReceived(data);
    this.input = open(stdin, ignored, (reason) => events.inConnectionLost(reason));
    this.output = open(stdout, outReceived, () => events.outConnectionLost());
    this.error = stderr && open(stderr, errReceived, () => events.errConnectionLost());
  }

  /** What has moved through them. */
  get moved(): Pick<ProcessView, 'bytesIn' | 'bytesOut' | 'queued'> {
    const { bytesOut, queued } = this.input.view();
    return { bytesIn: this.output.bytesIn + (this.error?.bytesIn ?? 0), bytesOut, queued };
  }

  /** Reads the outputs from now on, or leaves them unread. */
  read(on: boolean): void {
    if (on === this.#reads) return;
    this.#reads = on;
    for (const output of [this.output, this.error]) {
      if (on) output?.resumeProducing();
      else output?.pauseProducing();
    }
    this.#limitReading();
  }

  /** The process has ended: its input is closed, and the outputs may stay open for that long while they are read. */
  bound(timeoutMs: number): void {
    this.input.abortConnection(LEFT);
    this.#leftMs = timeoutMs;
    this.#limitReading();
  }

  /** Closes the outputs. */
  closeOutputs(): void {
    this.output.abortConnection(LEFT);
    this.error?.abortConnection(LEFT);
  }

  /** Closes all, and drops what is queued. */
  cut(): void {
    this.input.abortConnection(LEFT);
    this.closeOutputs();
  }

  /** Lets the time of the outputs run while they are read. */
  #limitReading(): void {
    const { engine } = this.#owner;
    if (this.#limit !== undefined) {
      this.#limit.timer.cancel();
      this.#leftMs -= engine.now() - this.#limit.since;
      this.#limit = undefined;
    }
    if (!this.#reads || this.#open === 0 || this.#leftMs === Number.POSITIVE_INFINITY) return;
    const timer = engine.timers.callLater(Math.max(0, this.#leftMs), () => this.closeOutputs());
    this.#limit = { timer, since: engine.now() };
  }

  #end(events: PipeEvents): void {
    this.#limit?.timer.cancel();
    events.piped();
  }
}
