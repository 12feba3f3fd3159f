import type { Cause } from '../seam/cause.ts';
import type { Child, ChildSink } from '../seam/processes.ts';
import type { Settled } from '../seam/streams.ts';
import type { Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { ExecWire } from './exec-wire.ts';
import { Subprocess, type SubprocessOwner } from './subprocess.ts';

/** A process whose standard input and output are a connection. It is ended when it lives on without the connection. */
export class ExecProcess extends Subprocess {
  readonly #killTimeoutMs: number;
  /** The attempt that waits for the wire; undefined once it has that, or is cancelled. */
  #attempt: Settled<Wire> | undefined;
  /** When the connection began to close the input. */
  #endedAt: number | undefined;
  #killing: DelayedCall | undefined;

  constructor(owner: SubprocessOwner, killTimeoutMs: number, attempt: Settled<Wire>) {
    super(owner);
    this.#killTimeoutMs = killTimeoutMs;
    this.#attempt = attempt;
  }

  /** The attempt is cancelled: the process is ended when it runs. */
  cancel(): void {
    this.#attempt = undefined;
  }

  onStarted(child: Child): ChildSink {
    this.take(child);
    const wire = new ExecWire(child, {
      inputEnds: () => {
        this.#endedAt = this.engine.now();
      },
      left: (outputEnded) => this.#endWithin(outputEnded ? this.#killTimeoutMs : this.#leftMs),
      aborted: () => this.#endWithin(0),
      defer: (task) => this.engine.defer(task),
    });
    const sink = this.#attempt?.onReady(wire) ?? undefined;
    this.#attempt = undefined;
    wire.sink = sink;
    if (sink === undefined) wire.abort();
    return wire.sinks(() => {
      this.#killing?.cancel();
      this.forget();
      this.vanish();
    });
  }

  onFailed(cause: Cause): void {
    this.#attempt?.onFailed(cause);
    this.vanish();
  }

  protected override letGo(): void {
    super.letGo();
    this.#killing?.cancel();
    this.vanish();
  }

  /** What is left of the time that the process has since its input was closed. */
  get #leftMs(): number {
    const now = this.engine.now();
    return Math.max(0, (this.#endedAt ?? now) + this.#killTimeoutMs - now);
  }

  /** Ends the process if it still runs that much later, and kills it if it runs on. */
  #endWithin(ms: number): void {
    if (!this.runs) return;
    if (ms > 0) this.#later(ms, () => this.#endWithin(0));
    else {
      this.send('SIGTERM');
      this.#later(this.#killTimeoutMs, () => this.kill());
    }
  }

  #later(ms: number, call: () => void): void {
    this.#killing?.cancel();
    if (ms !== Number.POSITIVE_INFINITY) this.#killing = this.engine.timers.callLater(ms, call);
  }
}
