import type { Clock, DelayedCall } from 'couplet';
import { Machine } from 'couplet/protocols';
import type { Configuration } from '../configuration/options.ts';
import type { Report } from '../ipc/messages.ts';
import type { Log } from '../log/log.ts';
import { CommandError, EXIT, type ExitStatus } from '../values/exit-status.ts';
import type { Child, ChildEvents, Children } from './child.ts';
import { FIRST_INHERITED } from './child.ts';
import { Generations } from './generations.ts';
import type { Loaded } from './launch.ts';
import type { Periods } from './periods.ts';
import type { GroupPlan } from './plan.ts';
import { planOf } from './plan.ts';
import type { Sockets } from './sockets.ts';
import { SUPERVISOR_LIFE } from './supervisor-life.ts';
import type { GroupSurroundings } from './worker-group.ts';
import { WorkerGroup } from './worker-group.ts';
import { WorkerProcess } from './worker-process.ts';

const LIFE = new Machine('the supervisor', 'starting', SUPERVISOR_LIFE);

/** What a reload came to. */
export type Reloaded =
  | { readonly kind: 'done'; readonly generation: number; readonly groups: readonly string[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'certificates' }
  | { readonly kind: 'failed'; readonly line: string; readonly status: ExitStatus };

/** What a supervisor works with. */
export interface SupervisorParts {
  readonly clock: Clock;
  readonly periods: Periods;
  readonly log: Log;
  readonly children: Children;
  readonly sockets: Pick<Sockets, 'bind' | 'inheritance' | 'refuse' | 'close'>;
  /** Describes the application in a process of its own. Rejects with a `CommandError`. */
  load(): Promise<Loaded>;
  /** Called whenever the state, or whether it serves in full, may have changed. */
  changed(): void;
  /** What workers ask of the ledger and the bus. */
  onReport(worker: WorkerProcess, report: Report): void;
  onStarted(worker: WorkerProcess): void;
  onAlive(worker: WorkerProcess): void;
  onEnded(worker: WorkerProcess): void;
  /** A worker is started in place of another one, by cause. */
  onReplaced(cause: string): void;
}

/** Starts, replaces and ends the workers of an application. It holds their sockets, and runs none of the application's code. */
export class Supervisor {
  readonly #parts: SupervisorParts;
  /** The workers, in their groups. */
  readonly generations: Generations;
  #loaded: Loaded | undefined;
  readonly #reloads: Map<string, number> = new Map();
  /** What waits for the reload that comes after the one that is under way. */
  #queued: { readonly force: boolean; readonly waiting: ((result: Reloaded) => void)[] } | undefined;
  #lastFailure: string | undefined;
  #status: ExitStatus = EXIT.done;
  /** The time between the order to stop and the drain. */
  #delay: DelayedCall | undefined;
  #finish: (status: ExitStatus) => void = () => {};
  /** Resolves to the status that the process ends with, once everything has ended. */
  readonly ended: Promise<ExitStatus> = new Promise((resolve) => {
    this.#finish = resolve;
  });

  readonly #life = LIFE.start({
    serve: () => {
      this.#parts.changed();
      const queued = this.#queued;
      this.#queued = undefined;
      if (queued !== undefined) this.#life.reload(queued);
    },
    reload: ({ force, waiting }: { readonly force: boolean; readonly waiting: ((result: Reloaded) => void)[] }) => {
      this.#parts.changed();
      void this.#reload(force).then((result) => {
        for (const told of waiting) told(result);
        this.#life.reloaded();
      });
    },
    delay: () => {
      this.#parts.changed();
      this.#refuseReloads();
      this.#delay = this.#parts.clock.callLater(this.#options.drainDelayMs, () => this.#life.delayed());
    },
    drain: () => {
      this.#parts.changed();
      void this.#drain();
    },
    end: () => {
      this.#delay?.cancel();
      this.#parts.changed();
      this.#refuseReloads();
      void this.#end();
    },
    finish: () => {
      this.#parts.changed();
      this.#finish(this.#status);
    },
  });

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.generations = new Generations(parts.clock, parts.log, parts.changed);
  }

  get state(): keyof typeof SUPERVISOR_LIFE {
    return this.#life.state;
  }

  /** How many reloads came to what. */
  get reloads(): ReadonlyMap<string, number> {
    return this.#reloads;
  }

  /** Why the last reload failed; undefined if it did not. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** Why it is not ready; undefined if every group serves. */
  get flaw(): string | undefined {
    const { state } = this;
    if (state !== 'ready' && state !== 'reloading') return `it is ${state}`;
    return [...this.generations.serving.values()].map(({ flaw }) => flaw).find((flaw) => flaw !== undefined);
  }

  /** Whether no slot has a worker that cannot be killed: each other one answers in time, or is replaced. */
  get well(): boolean {
    return [...this.generations.serving.values()].every(({ stuck }) => !stuck);
  }

  /**
   * Starts an application whose sockets are bound. Rejects with a `CommandError` when that fails, and resolves when it is ready, or has
   * been told to stop meanwhile; in both other cases everything has ended then.
   */
  async start(loaded: Loaded, plans: readonly GroupPlan[]): Promise<void> {
    this.#loaded = loaded;
    const groups = this.#groupsOf(loaded, plans, 1);
    try {
      await this.generations.begin(groups);
    } catch (error) {
      const failed = this.state === 'starting';
      if (failed) this.#fail(error instanceof CommandError ? error.status : EXIT.software);
      await this.ended;
      if (failed) throw error;
    }
    if (this.state !== 'starting') {
      await this.ended;
      return;
    }
    this.generations.adopt(1, groups, new Set(), 0);
    this.#life.started();
  }

  /** Replaces what has changed; with `force` everything. Of those that are asked for while one is under way the last one follows. */
  reload(force: boolean): Promise<Reloaded> {
    if (this.#options.workers === 0)
      return Promise.resolve({
        kind: 'failed',
        line: 'there is one process (--workers 0), which cannot be replaced: stop it and start it',
        status: EXIT.failed,
      });
    return new Promise((resolve) => {
      switch (this.state) {
        case 'ready':
          this.#life.reload({ force, waiting: [resolve] });
          break;
        case 'starting':
        case 'reloading': {
          const waiting = [...(this.#queued?.waiting ?? []), resolve];
          this.#queued = { force: force || this.#queued?.force === true, waiting };
          break;
        }
        default:
          resolve({ kind: 'failed', line: `it is ${this.state}`, status: EXIT.failed });
      }
    });
  }

  /** Drains, and ends. */
  leave(): void {
    this.#life.leave();
  }

  /** Ends at once. */
  abort(): void {
    this.#life.abort();
  }

  /** The application that serves, or is to; undefined before `start`. */
  get loaded(): Loaded | undefined {
    return this.#loaded;
  }

  get #options(): Configuration['options'] {
    if (this.#loaded === undefined) throw new Error('the application has not been loaded');
    return this.#loaded.configuration.options;
  }

  #groupsOf(loaded: Loaded, plans: readonly GroupPlan[], generation: number): readonly WorkerGroup[] {
    const surroundings = this.#surroundings(loaded);
    return plans.map((plan) => new WorkerGroup(surroundings, plan, generation));
  }

  /** What the groups of an application get that was loaded so: later ones have other settings. */
  #surroundings(loaded: Loaded): GroupSurroundings {
    const { log, sockets } = this.#parts;
    const { maxWorkerMemory, reloadDrainTimeoutMs } = loaded.configuration.options;
    return {
      ...this.#parts,
      maxWorkerMemory,
      reloadDrainTimeoutMs,
      start: (...args) => this.#startWorker(loaded, ...args),
      refuse: (plan, refuse) => {
        const causes = sockets.refuse(plan, refuse);
        for (const { detail } of causes) log.warn({ event: 'refusing.failed', group: plan.name }, detail);
      },
      crashLoop: (group) => this.#crashLoop(group),
    };
  }

  #startWorker(
    { configuration, description, program, command }: Loaded,
    ...[plan, slot, generation, owner]: Parameters<GroupSurroundings['start']>
  ): WorkerProcess {
    const { clock, periods, children, sockets } = this.#parts;
    const { options, services } = configuration;
    const { table, descriptors } = sockets.inheritance(plan, slot, FIRST_INHERITED);
    const order = {
      kind: 'start',
      ...program,
      services,
      group: plan.services,
      slot,
      generation,
      sockets: table,
      options,
      name: description.name,
    } as const;
    const start = (events: ChildEvents): Child => children.start(descriptors, events, command);
    return new WorkerProcess(clock, periods, options, order, start, owner);
  }

  async #reload(force: boolean): Promise<Reloaded> {
    const { log } = this.#parts;
    log.info({ event: 'reload.started', force }, 'reload');
    let result: Reloaded;
    try {
      result = await this.#replace(force);
    } catch (error) {
      const line = error instanceof Error ? error.message.split('\n', 1).join() : String(error);
      result = { kind: 'failed', line, status: error instanceof CommandError ? error.status : EXIT.software };
    }
    this.#reloads.set(result.kind, (this.#reloads.get(result.kind) ?? 0) + 1);
    this.#lastFailure = result.kind === 'failed' ? result.line : undefined;
    if (result.kind === 'failed')
      log.error({ event: 'reload.failed', reason: result.line }, `reload failed: ${result.line}`);
    else if (result.kind === 'unchanged') log.info({ event: 'reload.unchanged' }, 'reload: nothing has changed');
    else
      log.info(
        { event: 'reload.done', ...result },
        `reload done: ${result.kind === 'done' ? result.groups.join(', ') : 'certificates'}`,
      );
    return result;
  }

  async #replace(force: boolean): Promise<Reloaded> {
    const { generations } = this;
    const before = this.#loaded;
    const loaded = await this.#parts.load();
    if (loaded.configuration.options.workers === 0)
      throw new CommandError('a reload cannot do without workers (--workers 0): stop it and start it', EXIT.failed);
    const plans = planOf(loaded.description, loaded.configuration);
    const isChanged = ({ name, fingerprint }: GroupPlan): boolean =>
      force || generations.serving.get(name)?.plan.fingerprint !== fingerprint;
    const changed = plans.filter(isChanged);
    const kept = new Set(plans.filter((plan) => !isChanged(plan)).map(({ name }) => name));
    if (changed.length === 0 && kept.size === generations.serving.size) return this.#renewCertificates(loaded, before);
    this.#expectReloading();
    const bound = await this.#parts.sockets.bind(plans);
    const generation = generations.latest + 1;
    const groups = this.#groupsOf(loaded, changed, generation);
    try {
      this.#expectReloading();
      await generations.begin(groups);
      this.#expectReloading();
    } catch (error) {
      await generations.drop(groups);
      await bound.discard();
      throw error;
    }
    this.#loaded = loaded;
    const { reloadDrainTimeoutMs, maxGenerations } = loaded.configuration.options;
    generations.adopt(generation, groups, kept, reloadDrainTimeoutMs);
    generations.bound(maxGenerations);
    await bound.keep();
    return { kind: 'done', generation, groups: changed.map(({ name }) => name) };
  }

  /** A stop that came meanwhile is not to be delayed by a reload. */
  #expectReloading(): void {
    if (this.state !== 'reloading') throw new CommandError(`it is ${this.state}`, EXIT.failed);
  }

  async #renewCertificates(loaded: Loaded, before: Loaded | undefined): Promise<Reloaded> {
    const [now, then] = [loaded, before].map((one) => JSON.stringify(one?.description.certificates));
    if (now === then) return { kind: 'unchanged' };
    const workers = [...this.generations.serving.values()].flatMap((group) => group.workers);
    const failures = await Promise.all(workers.map((worker) => worker.reloadCertificates()));
    const failure = failures.find((one) => one !== undefined);
    if (failure !== undefined) throw new CommandError(failure.line, EXIT.failed);
    this.#loaded = loaded;
    return { kind: 'certificates' };
  }

  async #drain(): Promise<void> {
    const { log, clock, sockets } = this.#parts;
    const { drainTimeoutMs } = this.#options;
    const since = clock.now();
    const { groups, connections } = this.generations;
    log.info({ event: 'drain.started', connections, timeoutMs: drainTimeoutMs }, 'drain');
    const retired = groups.map((group) => group.retire(drainTimeoutMs));
    // With a copy left open, clients would be let in and wait for no one.
    await sockets.close();
    const all = await Promise.all(retired);
    const closed = all.reduce((sum, one) => sum + one.closed, 0);
    const aborted = all.reduce((sum, one) => sum + one.aborted, 0);
    const seconds = Math.round(clock.now() - since) / 1000;
    log.info({ event: 'drain.done', closed, aborted, seconds }, `drained: ${closed} closed, ${aborted} aborted`);
    this.#life.over();
  }

  async #end(): Promise<void> {
    await Promise.all([this.#parts.sockets.close(), this.generations.abort()]);
    this.#life.over();
  }

  #refuseReloads(): void {
    const waiting = this.#queued?.waiting ?? [];
    this.#queued = undefined;
    for (const told of waiting) told({ kind: 'failed', line: `it is ${this.state}`, status: EXIT.failed });
  }

  #crashLoop(group: WorkerGroup): void {
    this.#parts.log.error(
      { event: 'refusing', group: group.plan.name },
      `${group.plan.name} has no worker: connections are refused`,
    );
    if (this.#options.exitOnCrashLoop) this.#fail(EXIT.software);
  }

  /** Ends at once with this status. */
  #fail(status: ExitStatus): void {
    this.#status = status;
    this.#life.abort();
  }
}
