import type { Engine } from '../engine/engine.ts';
import type { Home } from '../engine/life.ts';
import type { LingerBounds } from '../engine/linger.ts';
import type { Live } from '../engine/live.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import type { ConnectionView, ProcessView } from '../protocol/views.ts';
import type { Cause } from '../seam/cause.ts';
import type { Child, ChildSink, SpawnSink } from '../seam/processes.ts';
import type { Signal } from '../seam/surroundings.ts';

/** The subprocesses of a reactor, of which each is one from its start until nothing is left of it. */
export interface SubprocessOwner {
  readonly engine: Engine;
  /** What the pipes of processes belong to. */
  readonly pipes: Home<StreamTransport>;
  remove(subprocess: Subprocess): void;
}

/**
 * A child process, as the reactor ends it: it gets SIGTERM, and SIGKILL when the time for an orderly end is over. It is not a connection:
 * views and totals do not count it.
 */
export abstract class Subprocess implements Live, SpawnSink {
  previous: Subprocess | undefined;
  next: Subprocess | undefined;
  readonly bytesIn = 0;
  readonly bytesOut = 0;
  protected readonly engine: Engine;
  readonly #owner: SubprocessOwner;
  /** The child, while it runs. */
  #child: Child | undefined;
  #pid: number | undefined;
  /** What the reactor wants of it. */
  #wanted: 'alive' | 'ended' | 'gone' = 'alive';

  constructor(owner: SubprocessOwner) {
    this.engine = owner.engine;
    this.#owner = owner;
  }

  abstract onStarted(child: Child): ChildSink;

  abstract onFailed(cause: Cause): void;

  *views(): Generator<ConnectionView> {}

  /** Returns what it shows of itself; undefined if it is shown otherwise, or is over. */
  view(): ProcessView | undefined {
    return undefined;
  }

  quit(_bounds: LingerBounds, _why: string): void {
    if (this.#wanted !== 'alive') return;
    this.#wanted = 'ended';
    this.askToEnd();
  }

  cut(): void {
    if (this.#wanted === 'gone') return;
    this.#wanted = 'gone';
    this.kill();
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  /** True while the child runs. */
  protected get runs(): boolean {
    return this.#child !== undefined;
  }

  /** The reactor ends: the child is to end. */
  protected askToEnd(): void {
    this.send('SIGTERM');
  }

  /** Ends the child at once. One that may not be killed, because it has another user now, is let go. */
  protected kill(): void {
    if (!this.send('SIGKILL')) this.letGo();
  }

  /** The child runs. The reactor may have begun to end since it was started. */
  protected take(child: Child): void {
    this.#child = child;
    this.#pid = child.pid;
    if (this.#wanted !== 'alive') this.askToEnd();
    if (this.#wanted === 'gone') this.kill();
  }

  /** Sends a signal to the child, if it runs. Returns false if it runs and may not be sent one. */
  protected send(signal: Signal): boolean {
    return this.#child?.signal(signal) ?? true;
  }

  /** The child lives on, and is not waited for. */
  protected letGo(): void {
    this.#child?.release();
    this.#child = undefined;
  }

  /** The child has ended. */
  protected forget(): void {
    this.#child = undefined;
  }

  /** Nothing is left of it. */
  protected vanish(): void {
    this.#owner.remove(this);
  }
}
