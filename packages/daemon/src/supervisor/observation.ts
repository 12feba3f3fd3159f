import type { Clock } from 'couplet';
import type { StatusReport } from '../control/report.ts';
import { FleetHub } from '../fleet/fleet-hub.ts';
import type { FleetReport } from '../fleet/fleet-messages.ts';
import type { Report } from '../ipc/messages.ts';
import { Collector } from '../metrics/collector.ts';
import { exposition } from '../metrics/exposition.ts';
import type { MergedCounters, Seat } from '../metrics/merge.ts';
import { Merge } from '../metrics/merge.ts';
import { bareCounters, openDescriptors } from '../metrics/meter.ts';
import type { Loaded } from './launch.ts';
import { countersOf, statusOf } from './report.ts';
import type { Supervisor } from './supervisor.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What the workers share through their supervisor, and what they count together. */
export class Observation {
  readonly #clock: Clock;
  readonly #version: string;
  readonly #droppedLines: () => number;
  readonly #hub: FleetHub<WorkerProcess>;
  readonly #merge: Merge = new Merge();
  readonly #own: Seat = this.#merge.join('supervisor');
  readonly #seats: Map<WorkerProcess, Seat> = new Map();
  readonly #collector: Collector<WorkerProcess>;
  readonly #restarts: Record<string, number> = {};
  readonly #since: number;
  #counts = 0;
  #openDescriptors: number | undefined;

  /** `droppedLines` says how many lines of its log this process has dropped. */
  constructor(clock: Clock, version: string, droppedLines: () => number) {
    this.#clock = clock;
    this.#version = version;
    this.#droppedLines = droppedLines;
    this.#since = clock.now();
    this.#hub = new FleetHub<WorkerProcess>(
      { send: (worker, order) => worker.send(order), full: (worker) => worker.full },
      ({ slot, generation, pid }) => `${slot}.${generation}.${pid}`,
    );
    this.#collector = new Collector<WorkerProcess>({
      clock,
      ask: (worker) => worker.count(),
      take: (worker, counters) => this.#seats.get(worker)?.report(counters),
    });
  }

  /** A worker has been started. */
  onStarted(worker: WorkerProcess): void {
    this.#seats.set(
      worker,
      this.#merge.join(`${worker.group.length === 1 ? `${worker.group[0]}/` : ''}${worker.slot}`),
    );
  }

  /** A worker lives, and has said what it counts. */
  onAlive(worker: WorkerProcess): void {
    this.#hub.bus.catchUp(worker);
    if (worker.counters !== undefined) this.#seats.get(worker)?.report(worker.counters);
  }

  /** A worker has ended: what it held is free, and what it counted stays. */
  onEnded(worker: WorkerProcess): void {
    this.#hub.forget(worker);
    this.#seats.get(worker)?.end();
    this.#seats.delete(worker);
  }

  /** A worker is started in place of another one. */
  onReplaced(cause: string): void {
    this.#restarts[cause] = (this.#restarts[cause] ?? 0) + 1;
  }

  /** What a worker reports besides its life. */
  onReport(worker: WorkerProcess, report: Report): void {
    if (isOfFleet(report)) this.#hub.report(worker, report);
  }

  /** The status, from what workers have said last. */
  status(supervisor: Supervisor | undefined, { description }: Loaded): StatusReport {
    return statusOf(supervisor, description, this.#sums(), this.#clock, this.#since);
  }

  /** The page of metrics. A worker that does not answer within a second counts with its last values. */
  async scrape(supervisor: Supervisor): Promise<string> {
    // One that still imports its application does not count yet, and does not answer.
    const counting = supervisor.generations.workers.filter(({ counters }) => counters !== undefined);
    const silent = await this.#collector.collect(counting);
    this.#openDescriptors = await openDescriptors();
    const { bun, deno, node } = process.versions;
    const runtime = bun !== undefined ? `bun ${bun}` : deno !== undefined ? `deno ${deno}` : `node ${node}`;
    return exposition(this.#sums(), countersOf(supervisor, this.#version, runtime, silent, this.#restarts));
  }

  /** What all processes count, this one included. */
  #sums(): MergedCounters {
    this.#counts += 1;
    const descriptors = this.#openDescriptors;
    const counters = bareCounters(this.#counts, {
      ...(descriptors !== undefined && { openDescriptors: descriptors }),
      droppedLines: this.#droppedLines(),
      droppedMessages: this.#hub.bus.dropped,
    });
    this.#own.report(counters);
    return this.#merge.sums();
  }
}

function isOfFleet(report: Report): report is FleetReport {
  return ['acquire', 'release', 'publish', 'subscribe', 'join', 'leave', 'list'].includes(report.kind);
}
