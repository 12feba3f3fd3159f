import type { Clock, DelayedCall, Drained } from 'couplet';
import { Machine } from 'couplet/protocols';
import type { FrameQuery } from 'couplet-inspector';
import type { Failure, Order, Report, StartOrder } from '../ipc/messages.ts';
import type { ProcessCounters } from '../metrics/counters.ts';
import { EXIT } from '../values/exit-status.ts';
import { refusal } from '../values/refusal.ts';
import type { Child, ChildEvents } from './child.ts';
import type { Periods } from './periods.ts';
import { WORKER_LIFE } from './worker-life.ts';

const LIFE = new Machine('a worker', 'starting', WORKER_LIFE);

/** How a worker has ended. */
export interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
  /** Why it ended, if it said so or was made to. */
  readonly failure?: Failure;
  /** Whether it was killed since it did not answer, or was not done in time. */
  readonly hung: boolean;
  /** How its connections ended, if it drained. */
  readonly drained?: Drained;
}

/** Is told what happens to a worker. */
export interface WorkerOwner {
  onReady(worker: WorkerProcess): void;
  /** It begins to leave without having been told to: someone sent it a signal. */
  onLeaving(worker: WorkerProcess): void;
  /** It said that it lives, and what it counts. */
  onAlive(worker: WorkerProcess): void;
  /** It has been silent for too long, and is being killed. */
  onHung(worker: WorkerProcess, silentMs: number): void;
  /** What else it reports: questions to the ledger, messages of the bus. */
  onReport(worker: WorkerProcess, report: Report): void;
  /** Called once, last. */
  onEnded(worker: WorkerProcess, ending: Ending): void;
}

/** How long a worker may take for what it does, in milliseconds. */
export interface WorkerBounds {
  readonly readyTimeoutMs: number;
  /** How long it may be silent; 0 for ever. */
  readonly workerTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

/** A process that runs services, from its start to its end. */
export class WorkerProcess {
  readonly slot: number;
  readonly generation: number;
  /** The paths of its services. */
  readonly group: readonly string[];
  /** When it was started, in milliseconds of the clock. */
  readonly since: number;
  readonly #clock: Clock;
  readonly #periods: Periods;
  readonly #bounds: WorkerBounds;
  readonly #owner: WorkerOwner;
  readonly #child: Child;
  /** What waits for answers, by the number of the question. */
  readonly #asked: Map<number, (report: Report | undefined) => void> = new Map();
  #questions = 0;
  #counters: ProcessCounters | undefined;
  #lastAlive: number;
  #leads = false;
  /** Whether it has answered the last order to lead or not. */
  #obeys = true;
  #led: (() => void)[] = [];
  #leavesBy = Infinity;
  #hung = false;
  #killedAt: number | undefined;
  #failure: Failure | undefined;
  #drained: Drained | undefined;
  #deadline: DelayedCall | undefined;
  #watch: DelayedCall | undefined;

  readonly #life = LIFE.start({
    isReady: () => {
      this.#deadline?.cancel();
      this.#watchSilence();
      this.#owner.onReady(this);
    },
    leave: (timeoutMs: number) => {
      const now = this.#clock.now();
      this.#leavesBy = Math.min(this.#leavesBy, now + timeoutMs);
      const leftMs = Math.max(0, this.#leavesBy - now);
      const { stopTimeoutMs } = this.#bounds;
      this.#child.send({ kind: 'drain', timeoutMs: leftMs, stopTimeoutMs });
      // It ends its connections and services itself; this is for one that does not.
      this.#within(leftMs + stopTimeoutMs + this.#periods.abortMs, () => this.#life.late());
    },
    fade: () => {
      this.#watch?.cancel();
      this.#within(this.#periods.fadeMs, () => this.#kill());
    },
    end: () => {
      this.#watch?.cancel();
      this.#child.send({ kind: 'abort' });
      this.#within(this.#periods.endMs, () => this.#kill());
    },
    kill: () => {
      this.#hung = true;
      this.#watch?.cancel();
      this.#child.kill('SIGABRT');
      this.#within(this.#periods.abortMs, () => this.#kill());
    },
    hasEnded: (ending: Ending) => {
      this.#deadline?.cancel();
      this.#watch?.cancel();
      for (const led of this.#led.splice(0)) led();
      for (const answered of this.#asked.values()) answered(undefined);
      this.#asked.clear();
      this.#owner.onEnded(this, ending);
    },
  });

  constructor(
    clock: Clock,
    periods: Periods,
    bounds: WorkerBounds,
    order: StartOrder,
    start: (events: ChildEvents) => Child,
    owner: WorkerOwner,
  ) {
    this.slot = order.slot;
    this.generation = order.generation;
    this.group = order.group;
    this.#clock = clock;
    this.#periods = periods;
    this.#bounds = bounds;
    this.#owner = owner;
    this.since = clock.now();
    this.#lastAlive = this.since;
    const events: ChildEvents = {
      onReport: (report) => this.#hear(report),
      onExit: (status, signal, error) => {
        if (error !== undefined) {
          const { message: line, status: code } = refusal('cannot start a worker', error);
          this.#failure ??= { line, status: code };
        }
        this.#life.exited({
          status,
          signal,
          hung: this.#hung,
          ...(this.#failure !== undefined && { failure: this.#failure }),
          ...(this.#drained !== undefined && { drained: this.#drained }),
        });
      },
    };
    this.#child = start(events);
    this.#child.send(order);
    this.#within(bounds.readyTimeoutMs, () => {
      this.#failure ??= {
        line: `the application is not ready within ${bounds.readyTimeoutMs / 1000} s`,
        status: EXIT.notReady,
      };
      this.#life.late();
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get state(): keyof typeof WORKER_LIFE {
    return this.#life.state;
  }

  /** What it counted when it said so last; undefined until it has. */
  get counters(): ProcessCounters | undefined {
    return this.#counters;
  }

  /** How long it has been silent, in milliseconds. */
  get silentMs(): number {
    return this.#clock.now() - this.#lastAlive;
  }

  /** Whether it lives on though it was killed. */
  get stuck(): boolean {
    return this.#killedAt !== undefined && this.#clock.now() - this.#killedAt > this.#periods.stuckMs;
  }

  /** Whether so much waits to be sent to it that messages have to be left out. */
  get full(): boolean {
    return this.#child.full;
  }

  send(order: Order): void {
    if (this.state !== 'ended') this.#child.send(order);
  }

  /** Has it lead or not. Resolves when it does what it was told last, or has ended. */
  lead(leads: boolean): Promise<void> {
    if (this.state === 'ended') return Promise.resolve();
    if (this.#leads !== leads) {
      this.#leads = leads;
      this.#obeys = false;
      this.#child.send({ kind: 'lead', leads });
    }
    return this.#obeys ? Promise.resolve() : new Promise((resolve) => this.#led.push(resolve));
  }

  /** Has it stop accepting and end once its connections have, within this time; it never gets more time than before. */
  drain(timeoutMs: number): void {
    this.#life.drain(timeoutMs);
  }

  /** Has it end at once, with what it has. */
  abort(): void {
    this.#life.abort();
  }

  /** Asks what it counts. Rejects when it has ended. */
  async count(): Promise<ProcessCounters> {
    const report = await this.#ask((id) => ({ kind: 'count', id }));
    if (report?.kind !== 'counted') throw new Error(`worker ${this.pid} has ended`);
    this.#counters = report.counters;
    return report.counters;
  }

  /**
   * Asks for the next frame of one who looks at it: its number is `viewer`, and it has missed `dropped` frames. Resolves to undefined when
   * the worker has ended. Rejects with an `Error` if it makes no frames.
   */
  async frame(viewer: number, query: FrameQuery, dropped: number): Promise<string | undefined> {
    const report = await this.#ask((id) => ({ kind: 'frame', id, viewer, query, dropped }));
    if (report?.kind !== 'frame') return undefined;
    if ('failure' in report) throw new Error(report.failure.line);
    return report.json;
  }

  /** Has it read its certificates again. Resolves to why that failed, or to undefined. */
  async reloadCertificates(): Promise<Failure | undefined> {
    const report = await this.#ask((id) => ({ kind: 'certificates', id }));
    if (report?.kind === 'certificates') return report.failure;
    // The one that takes its place reads them anew.
    return undefined;
  }

  /** Sends a question. Resolves to the answer, or to undefined when it ends without one: one that hangs is killed. */
  #ask(question: (id: number) => Order): Promise<Report | undefined> {
    if (this.state === 'ended') return Promise.resolve(undefined);
    this.#questions += 1;
    const id = this.#questions;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#child.send(question(id));
    });
  }

  #hear(report: Report): void {
    this.#lastAlive = this.#clock.now();
    switch (report.kind) {
      case 'ready':
        this.#life.ready();
        break;
      case 'failed':
        this.#failure ??= report.failure;
        this.#life.failed();
        break;
      case 'alive':
        this.#counters = report.counters;
        this.#owner.onAlive(this);
        break;
      case 'counted':
      case 'frame':
      case 'certificates':
        this.#asked.get(report.id)?.(report);
        this.#asked.delete(report.id);
        break;
      case 'led':
        if (report.leads !== this.#leads) break;
        this.#obeys = true;
        for (const led of this.#led.splice(0)) led();
        break;
      case 'leaving':
        if (this.state === 'ready') this.#owner.onLeaving(this);
        break;
      case 'drained':
        this.#drained = { closed: report.closed, aborted: report.aborted };
        break;
      default:
        this.#owner.onReport(this, report);
    }
  }

  /** Sets the only deadline. */
  #within(ms: number, late: () => void): void {
    this.#deadline?.cancel();
    this.#deadline = ms < Infinity ? this.#clock.callLater(ms, late) : undefined;
  }

  #kill(): void {
    this.#killedAt = this.#clock.now();
    this.#child.kill('SIGKILL');
  }

  /** One timer looks whether it is silent; what it says moves only a number. */
  #watchSilence(): void {
    const { workerTimeoutMs } = this.#bounds;
    if (workerTimeoutMs === 0) return;
    const look = (): void => {
      const leftMs = workerTimeoutMs - this.silentMs;
      if (leftMs > 0) {
        this.#watch = this.#clock.callLater(leftMs, look);
        return;
      }
      this.#failure ??= { line: `it did not answer for ${this.silentMs / 1000} s`, status: EXIT.software };
      this.#owner.onHung(this, this.silentMs);
      this.#life.silent();
    };
    this.#watch = this.#clock.callLater(workerTimeoutMs, look);
  }
}
