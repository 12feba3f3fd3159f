import type { Clock, DelayedCall, Drained } from 'couplet';
import { Machine } from 'couplet/protocols';
import type { Failure, Order, Report, StartOrder } from '../ipc/messages.ts';
import type { ProcessCounters } from '../metrics/counters.ts';
import { EXIT } from '../values/exit-status.ts';
import { refusal } from '../values/refusal.ts';
import type { Child, Children } from './child.ts';
import type { Periods } from './periods.ts';
import { WORKER_LIFE } from './worker-life.ts';

const LIFE = new Machine('a worker', 'starting', WORKER_LIFE);

/** How a worker has ended. */
export interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
  /** Why it ended, if it said so or was made to. */
  readonly failure?: Failure;
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
  #led: (() => void)[] = [];
  #failure: Failure | undefined;
  #drained: Drained | undefined;
  #deadline: DelayedCall | undefined;
  #watch: DelayedCall | undefined;

  readonly #life = LIFE.start({
    isReady: () => {
      this.#deadline?.cancel();
      this.#owner.onReady(this);
    },
    leave: (timeoutMs: number) => {
      this.#deadline?.cancel();
      const { stopTimeoutMs } = this.#bounds;
      this.#child.send({ kind: 'drain', timeoutMs, stopTimeoutMs });
      // It ends its connections and services itself; this is for one that does not.
      const most = timeoutMs + stopTimeoutMs + this.#periods.abortMs;
      if (most < Infinity) this.#deadline = this.#clock.callLater(most, () => this.#life.late());
    },
    fail: () => {
      this.#deadline?.cancel();
      // It ends by itself, once its log is written.
      this.#deadline = this.#clock.callLater(this.#periods.abortMs, () => this.#child.kill('SIGKILL'));
    },
    end: () => {
      this.#deadline?.cancel();
      this.#child.send({ kind: 'abort' });
      this.#deadline = this.#clock.callLater(this.#periods.endMs, () => this.#child.kill('SIGKILL'));
    },
    kill: () => {
      this.#deadline?.cancel();
      this.#child.kill('SIGABRT');
      this.#deadline = this.#clock.callLater(this.#periods.abortMs, () => this.#child.kill('SIGKILL'));
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
    children: Children,
    order: StartOrder,
    descriptors: readonly number[],
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
    this.#child = children.start(descriptors, {
      onReport: (report) => this.#hear(report),
      onExit: (status, signal, error) => {
        if (error !== undefined) {
          const { message: line, status: code } = refusal('cannot start a worker', error);
          this.#failure ??= { line, status: code };
        }
        this.#life.exited({
          status,
          signal,
          ...(this.#failure !== undefined && { failure: this.#failure }),
          ...(this.#drained !== undefined && { drained: this.#drained }),
        });
      },
    });
    this.#child.send(order);
    this.#deadline = clock.callLater(bounds.readyTimeoutMs, () => {
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

  /** Whether services that run in one process only run in this one. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Whether so much waits to be sent to it that messages have to be left out. */
  get full(): boolean {
    return this.#child.full;
  }

  send(order: Order): void {
    if (this.state !== 'ended') this.#child.send(order);
  }

  /** Has it lead or not. Resolves when it does what it was told, or has ended. */
  lead(leads: boolean): Promise<void> {
    if (this.#leads === leads || this.state === 'ended') return Promise.resolve();
    this.#leads = leads;
    return new Promise((resolve) => {
      this.#led.push(resolve);
      this.#child.send({ kind: 'lead', leads });
    });
  }

  /** Has it stop accepting and end once its connections have, within this time. */
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

  /** Has it read its certificates again. Resolves to why that failed, or to undefined. */
  async reloadCertificates(): Promise<Failure | undefined> {
    const report = await this.#ask((id) => ({ kind: 'certificates', id }));
    if (report?.kind === 'certificates') return report.failure;
    return { line: `worker ${this.pid} ended before it had read its certificates`, status: EXIT.failed };
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
        this.#watchSilence();
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
      case 'certificates':
        this.#asked.get(report.id)?.(report);
        this.#asked.delete(report.id);
        break;
      case 'led':
        if (report.leads === this.#leads) for (const led of this.#led.splice(0)) led();
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
