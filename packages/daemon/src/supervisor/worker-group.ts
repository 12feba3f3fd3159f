import type { Clock, DelayedCall, Drained } from 'couplet';
import type { Failure, Report } from '../ipc/messages.ts';
import type { Log } from '../log/log.ts';
import { CommandError, EXIT, statusOf } from '../values/exit-status.ts';
import type { Periods } from './periods.ts';
import type { GroupPlan } from './plan.ts';
import { Restarts } from './restarts.ts';
import type { Ending, WorkerOwner, WorkerProcess } from './worker-process.ts';

/** What a group needs of the supervisor. */
export interface GroupSurroundings {
  readonly clock: Clock;
  readonly periods: Periods;
  readonly log: Log;
  /** Above how many resident bytes a worker is replaced; undefined: none is. */
  readonly maxWorkerMemory: number | undefined;
  /** How long the connections of a worker that is replaced may take, in milliseconds. */
  readonly reloadDrainTimeoutMs: number;
  /** Starts a worker of the group in a slot. */
  start(plan: GroupPlan, slot: number, generation: number, owner: WorkerOwner): WorkerProcess;
  /** Has the sockets of the group reset each connection, or leaves them to the workers again. */
  refuse(plan: GroupPlan, refuse: boolean): void;
  /** Something has changed that others see: whether all slots serve, for instance. */
  changed(): void;
  /** The group has had no worker for a while, and its slots wait. */
  crashLoop(group: WorkerGroup): void;
  onReport(worker: WorkerProcess, report: Report): void;
  /** A worker has been started. */
  onStarted(worker: WorkerProcess): void;
  /** A worker lives, and has said what it counts. */
  onAlive(worker: WorkerProcess): void;
  /** A worker has ended: what it held is free. */
  onEnded(worker: WorkerProcess): void;
  /** A worker is started in place of another one: `crash`, `exit`, `killed`, `hung`, `spawn`, `memory` or `signal`. */
  onReplaced(cause: string): void;
}

/** A place for one worker after the other. */
interface Slot {
  readonly number: number;
  readonly restarts: Restarts;
  worker: WorkerProcess | undefined;
  /** One that is to take the place of the worker once it is ready. */
  next: WorkerProcess | undefined;
  waiting: DelayedCall | undefined;
}

/**
 * The workers of a group in one generation: one in each slot, and those that have left their slot and drain. `starts` starts them; once
 * `settle` is called, one that ends is replaced, until `retire` or `abort`.
 */
export class WorkerGroup implements WorkerOwner {
  readonly plan: GroupPlan;
  readonly generation: number;
  readonly #around: GroupSurroundings;
  readonly #slots: readonly Slot[];
  readonly #leaving: Set<WorkerProcess> = new Set();
  readonly #waiters: Map<WorkerProcess, { ready(): void; failed(failure: Failure): void }> = new Map();
  #settled = false;
  #retired = false;
  #ended: (() => void)[] = [];
  #drained: Drained = { closed: 0, aborted: 0 };
  #refusing = false;
  #vacant: DelayedCall | undefined;
  /** Settles when the latest change of who leads is through. */
  #leading: Promise<void> = Promise.resolve();
  #leads = false;

  constructor(around: GroupSurroundings, plan: GroupPlan, generation: number) {
    this.#around = around;
    this.plan = plan;
    this.generation = generation;
    this.#slots = Array.from({ length: plan.workers }, (_, at) => ({
      number: at + 1,
      restarts: new Restarts(around.clock, around.periods),
      worker: undefined,
      next: undefined,
      waiting: undefined,
    }));
  }

  /** All workers that have not ended. */
  get workers(): readonly WorkerProcess[] {
    const inSlots = this.#slots.flatMap(({ worker, next }) => [worker, next]);
    return [...inSlots, ...this.#leaving].filter((worker) => worker !== undefined);
  }

  /** Why it does not serve in full; undefined if each slot has a worker that is ready. */
  get flaw(): string | undefined {
    if (this.#refusing) return `${this.plan.name}: no worker starts, connections are refused`;
    const missing = this.#slots.filter(({ worker }) => worker?.state !== 'ready');
    return missing.length < this.#slots.length ? undefined : `${this.plan.name}: no worker is ready`;
  }

  /** Whether its sockets refuse connections. */
  get refusing(): boolean {
    return this.#refusing;
  }

  /** Whether a slot waits for its next start. */
  get waiting(): boolean {
    return this.#slots.some(({ waiting }) => waiting !== undefined);
  }

  /** Whether each slot has a worker that is ready. */
  get complete(): boolean {
    return this.#slots.every(({ worker }) => worker?.state === 'ready');
  }

  /** Whether a slot has a worker that cannot be killed. */
  get stuck(): boolean {
    return this.#slots.some(({ worker }) => worker?.stuck === true);
  }

  /** What starts its workers, each one. It resolves when that is ready, and rejects with a `CommandError` when it fails. */
  get starts(): readonly (() => Promise<void>)[] {
    return this.#slots.map((slot) => () => this.#startReady(slot));
  }

  /** From now on a worker that ends is replaced. One of them takes the lead once `before` has settled. */
  settle(before: Promise<unknown>): void {
    this.#settled = true;
    this.#leads = true;
    this.#leading = before.then(() => {});
    this.#handLead();
  }

  /** Stops leading. Resolves when no worker of it leads. */
  yieldLead(): Promise<void> {
    this.#leads = false;
    this.#handLead();
    return this.#leading;
  }

  /** Has all workers drain within this time. Resolves to how their connections ended, when all workers have. */
  async retire(timeoutMs: number): Promise<Drained> {
    this.#leave();
    for (const worker of this.workers) worker.drain(timeoutMs);
    await this.#whenEnded();
    return this.#drained;
  }

  /** Has all workers end at once. Resolves when they have. */
  abort(): Promise<void> {
    this.#leave();
    for (const worker of this.workers) worker.abort();
    return this.#whenEnded();
  }

  onReady(worker: WorkerProcess): void {
    const { log, clock } = this.#around;
    log.info(
      { event: 'worker.ready', ...fieldsOf(this, worker), ms: Math.round(clock.now() - worker.since) },
      `worker ${worker.pid} is ready`,
    );
    this.#waiters.get(worker)?.ready();
    this.#waiters.delete(worker);
    const slot = this.#slots.find(({ next }) => next === worker);
    if (slot !== undefined) this.#exchange(slot, worker);
    this.#vacant?.cancel();
    this.#vacant = undefined;
    this.#handLead();
    this.#around.changed();
  }

  onLeaving(worker: WorkerProcess): void {
    this.#leaving.add(worker);
    worker.drain(this.#around.reloadDrainTimeoutMs);
    const slot = this.#slots.find((one) => one.worker === worker);
    if (slot !== undefined) this.#vacate(slot, worker, 'signal');
    this.#around.changed();
  }

  onAlive(worker: WorkerProcess): void {
    this.#around.onAlive(worker);
    const { maxWorkerMemory, log } = this.#around;
    const bytes = worker.counters?.residentBytes ?? 0;
    if (maxWorkerMemory === undefined || bytes <= maxWorkerMemory || !this.#settled || this.#retired) return;
    const slot = this.#slots.find((one) => one.worker === worker);
    // One at a time, and none at once after those that would not start.
    if (slot === undefined || worker.state !== 'ready' || slot.restarts.waits) return;
    if (this.#slots.some(({ next }) => next !== undefined)) return;
    log.warn(
      { event: 'worker.large', ...fieldsOf(this, worker), bytes, most: maxWorkerMemory },
      `worker ${worker.pid} has ${bytes} bytes of memory, more than ${maxWorkerMemory}: it is replaced`,
    );
    slot.next = this.#start(slot);
  }

  onHung(worker: WorkerProcess, silentMs: number): void {
    const lastHeartbeatMs = Math.round(silentMs);
    this.#around.log.warn(
      { event: 'worker.hung', ...fieldsOf(this, worker), lastHeartbeatMs },
      `worker ${worker.pid} has not answered for ${lastHeartbeatMs / 1000} s: it is killed`,
    );
    this.#around.changed();
  }

  onReport(worker: WorkerProcess, report: Report): void {
    this.#around.onReport(worker, report);
  }

  onEnded(worker: WorkerProcess, ending: Ending): void {
    const { status, signal, failure } = ending;
    const { log } = this.#around;
    const planned = this.#retired || this.#leaving.has(worker);
    const how = signal === null ? `status ${status}` : signal;
    // One that was ended at once has cut its connections without a word.
    const drained = ending.drained ?? (planned ? { closed: 0, aborted: openIn(worker) } : undefined);
    log[planned && status === 0 ? 'info' : 'warn'](
      {
        event: 'worker.ended',
        ...fieldsOf(this, worker),
        status,
        signal,
        ...(failure !== undefined && { reason: failure.line }),
        ...drained,
      },
      `worker ${worker.pid} has ended: ${failure?.line ?? how}`,
    );
    if (this.#retired && drained !== undefined)
      this.#drained = {
        closed: this.#drained.closed + drained.closed,
        aborted: this.#drained.aborted + drained.aborted,
      };
    this.#leaving.delete(worker);
    this.#waiters
      .get(worker)
      ?.failed(failure ?? { line: `a worker ended with ${how} before it was ready`, status: EXIT.software });
    this.#waiters.delete(worker);
    this.#around.onEnded(worker);
    const slot = this.#slots.find((one) => one.worker === worker || one.next === worker);
    if (slot !== undefined) this.#vacate(slot, worker, causeOf(ending));
    this.#around.changed();
    if (this.workers.length === 0) for (const ended of this.#ended.splice(0)) ended();
  }

  /** A worker has left its slot: another one takes it, at once or after a wait. */
  #vacate(slot: Slot, worker: WorkerProcess, cause: string): void {
    const waitMs = slot.restarts.waitMs(this.#around.clock.now() - worker.since);
    if (slot.next === worker) {
      // The one that it was to replace goes on.
      slot.next = undefined;
      return;
    }
    slot.worker = slot.next;
    slot.next = undefined;
    if (this.#settled && !this.#retired) {
      this.#around.onReplaced(cause);
      if (slot.worker === undefined) this.#plan(slot, waitMs);
      if (this.#slots.every((one) => one.worker?.state !== 'ready')) this.#watchVacancy();
    }
    this.#handLead();
  }

  /** Starts a worker in a slot now, or after a wait. */
  #plan(slot: Slot, waitMs: number): void {
    const { clock, log, periods } = this.#around;
    if (waitMs === 0) {
      slot.worker = this.#start(slot);
      return;
    }
    log.warn(
      { event: 'worker.backoff', group: this.plan.name, slot: slot.number, waitMs: Math.round(waitMs) },
      `slot ${slot.number} of ${this.plan.name} has started ${periods.crashes} times in ${periods.crashWindowMs / 1000} s: it waits ${Math.round(waitMs)} ms`,
    );
    slot.waiting = clock.callLater(waitMs, () => {
      slot.waiting = undefined;
      this.#setRefusing(false);
      slot.worker = this.#start(slot);
    });
  }

  #start(slot: Slot): WorkerProcess {
    slot.restarts.begun();
    const worker = this.#around.start(this.plan, slot.number, this.generation, this);
    this.#around.onStarted(worker);
    this.#around.log.info({ event: 'worker.started', ...fieldsOf(this, worker) }, `worker ${worker.pid} starts`);
    return worker;
  }

  async #startReady(slot: Slot): Promise<void> {
    if (this.#retired) throw new CommandError('it is stopped', EXIT.failed);
    const worker = this.#start(slot);
    slot.worker = worker;
    await new Promise<void>((resolve, reject) => {
      this.#waiters.set(worker, {
        ready: resolve,
        failed: ({ line, status }) => reject(new CommandError(line, statusOf(status))),
      });
    });
  }

  /** A new worker takes the slot; the one before it drains. */
  #exchange(slot: Slot, next: WorkerProcess): void {
    const before = slot.worker;
    slot.next = undefined;
    slot.worker = next;
    if (before === undefined) return;
    this.#around.onReplaced('memory');
    this.#leaving.add(before);
    before.drain(this.#around.reloadDrainTimeoutMs);
  }

  /** Refuses connections when no worker has been ready for a while, and none is starting: clients would hang otherwise. */
  #watchVacancy(): void {
    this.#vacant ??= this.#around.clock.callLater(this.#around.periods.refuseAfterMs, () => {
      this.#vacant = undefined;
      if (this.#slots.some(({ worker }) => worker !== undefined)) {
        // It may yet be ready.
        this.#watchVacancy();
        return;
      }
      this.#setRefusing(true);
      this.#around.crashLoop(this);
    });
  }

  #setRefusing(refusing: boolean): void {
    if (this.#refusing === refusing) return;
    this.#refusing = refusing;
    this.#around.refuse(this.plan, refusing);
    this.#around.changed();
  }

  /** Sees to it that the worker of slot 1 leads, if one is to, and no other does: the one before has stopped before. */
  #handLead(): void {
    this.#leading = this.#leading.then(async () => {
      const first = this.#leads && !this.#retired ? this.#slots[0]?.worker : undefined;
      await Promise.all(this.workers.filter((worker) => worker !== first).map((worker) => worker.lead(false)));
      if (first?.state === 'ready' && this.#slots[0]?.worker === first && this.#leads) await first.lead(true);
    });
  }

  #leave(): void {
    this.#retired = true;
    this.#vacant?.cancel();
    for (const slot of this.#slots) {
      slot.waiting?.cancel();
      slot.waiting = undefined;
    }
    this.#setRefusing(false);
  }

  #whenEnded(): Promise<void> {
    if (this.workers.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#ended.push(resolve));
  }
}

function fieldsOf({ plan }: WorkerGroup, { pid, slot, generation }: WorkerProcess): Readonly<Record<string, unknown>> {
  return { group: plan.name, slot, generation, worker: pid };
}

/** How many connections it had when it said so last. */
export function openIn({ counters }: WorkerProcess): number {
  return (counters?.listeners ?? []).reduce((sum, { open }) => sum + open, 0);
}

/** The label of a restart in metrics: a fixed set. */
function causeOf({ status, signal, hung, failure }: Ending): string {
  if (hung) return 'hung';
  if (failure?.status === EXIT.system) return 'spawn';
  if (failure !== undefined) return 'crash';
  if (signal !== null) return 'killed';
  return status === 0 ? 'exit' : 'crash';
}
