import type { Clock } from 'couplet';
import type { Log } from '../log/log.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import type { WorkerGroup } from './worker-group.ts';
import { openIn } from './worker-group.ts';
import type { WorkerProcess } from './worker-process.ts';

/** How many workers start at a time: more would take the processors from those that serve. */
const STARTING = 2;

/** The groups of workers that there are: those that serve, those that are to, and those of earlier generations that drain. */
export class Generations {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changed: () => void;
  #serving: ReadonlyMap<string, WorkerGroup> = new Map();
  readonly #others: Set<WorkerGroup> = new Set();
  #latest = 1;
  /** Settles when none of those that serve no more has a worker that leads. */
  #unled: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock, log: Log, changed: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#changed = changed;
  }

  /** The number of the latest one that serves. */
  get latest(): number {
    return this.#latest;
  }

  /** The groups that serve, by name. */
  get serving(): ReadonlyMap<string, WorkerGroup> {
    return this.#serving;
  }

  /** All groups, those that serve first. */
  get groups(): readonly WorkerGroup[] {
    return [...this.#serving.values(), ...this.#others];
  }

  /** All workers that have not ended. */
  get workers(): readonly WorkerProcess[] {
    return this.groups.flatMap((group) => group.workers);
  }

  /** How many connections they had when they said so last. */
  get connections(): number {
    return connectionsOf(this.workers);
  }

  /** Starts groups that are to serve. Rejects with a `CommandError` when one fails: `drop` then ends those that have started. */
  async begin(groups: readonly WorkerGroup[]): Promise<void> {
    for (const group of groups) this.#others.add(group);
    const rest = groups.flatMap(({ starts }) => starts);
    const startNext = async (): Promise<void> => {
      for (let start = rest.shift(); start !== undefined; start = rest.shift()) await start();
    };
    await Promise.all(Array.from({ length: STARTING }, startNext));
    const lame = groups.find(({ complete }) => !complete);
    if (lame !== undefined)
      throw new CommandError(`a worker of ${lame.plan.name} ended before all others were ready`, EXIT.software);
  }

  /** Ends groups that were to serve. Resolves when they have ended. */
  async drop(groups: readonly WorkerGroup[]): Promise<void> {
    await Promise.all(groups.map((group) => group.abort()));
    for (const group of groups) this.#others.delete(group);
  }

  /**
   * Groups that have begun serve from now on, in place of those with their names; of the others those that `kept` names go on. The rest
   * drains within `timeoutMs`, and no worker of the new ones leads before those have stopped.
   */
  adopt(generation: number, groups: readonly WorkerGroup[], kept: ReadonlySet<string>, timeoutMs: number): void {
    const staying = [...this.#serving.values()].filter(({ plan }) => kept.has(plan.name));
    const leaving = [...this.#serving.values()].filter((group) => !staying.includes(group));
    for (const group of groups) this.#others.delete(group);
    for (const group of leaving) this.#others.add(group);
    this.#serving = new Map([...staying, ...groups].map((group) => [group.plan.name, group]));
    this.#latest = generation;
    this.#unled = Promise.all([this.#unled, ...leaving.map((group) => group.yieldLead())]);
    for (const group of groups) group.settle(this.#unled);
    for (const group of leaving) void this.#retire(group, timeoutMs);
  }

  /** Has a group drain that does not serve any more. */
  async #retire(group: WorkerGroup, timeoutMs: number): Promise<void> {
    const { generation, plan } = group;
    const fields = { group: plan.name, generation };
    const since = this.#clock.now();
    const connections = connectionsOf(group.workers);
    this.#log.info(
      { event: 'drain.started', ...fields, connections },
      `generation ${generation} of ${plan.name} drains`,
    );
    const { closed, aborted } = await group.retire(timeoutMs);
    this.#others.delete(group);
    const seconds = Math.round(this.#clock.now() - since) / 1000;
    this.#log.info(
      { event: 'drain.done', ...fields, closed, aborted, seconds },
      `generation ${generation} of ${plan.name} has drained: ${closed} closed, ${aborted} aborted`,
    );
    this.#changed();
  }

  /** Ends the oldest generations, when there are more than `most`. */
  bound(most: number): void {
    const numbers = [...new Set(this.groups.map(({ generation }) => generation))].sort((a, b) => b - a);
    const ended = new Set(numbers.slice(most));
    for (const group of [...this.#others].filter(({ generation }) => ended.has(generation))) {
      const { generation, plan } = group;
      this.#log.warn(
        { event: 'drain.cut', group: plan.name, generation, connections: connectionsOf(group.workers) },
        `generation ${generation} of ${plan.name} is ended: there are more than ${most} generations`,
      );
      void group.abort();
    }
  }

  /** Ends all at once. Resolves when they have. */
  async abort(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.abort()));
  }
}

function connectionsOf(workers: readonly WorkerProcess[]): number {
  return workers.reduce((sum, worker) => sum + openIn(worker), 0);
}
