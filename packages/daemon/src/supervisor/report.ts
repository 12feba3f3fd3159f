import type { Clock } from 'couplet';
import type { StatusReport } from '../control/report.ts';
import type { ApplicationDescription } from '../ipc/messages.ts';
import type { SupervisorCounters } from '../metrics/counters.ts';
import type { MergedCounters } from '../metrics/merge.ts';
import type { Supervisor } from './supervisor.ts';
import { openIn } from './worker-group.ts';

/** The states of workers, as metrics and status name them. */
const WORKER_STATES = ['starting', 'ready', 'leaving', 'dying'] as const;

/** Returns what `coupletd status` shows. `since` is when the daemon began, in milliseconds of the clock. */
export function statusOf(
  supervisor: Supervisor | undefined,
  { name, services }: ApplicationDescription,
  merged: MergedCounters,
  clock: Clock,
  since: number,
): StatusReport {
  const flaw = supervisor === undefined ? 'it is starting' : supervisor.flaw;
  const now = clock.now();
  const { ledger } = merged;
  return {
    version: 1,
    name,
    pid: process.pid,
    state: supervisor === undefined ? 'starting' : stateOf(supervisor),
    ready: flaw === undefined,
    ...(flaw !== undefined && { reason: flaw }),
    generation: supervisor?.generations.latest ?? 1,
    uptimeSeconds: Math.round(now - since) / 1000,
    services: services.map(({ path, kind, listen }) => ({ path, kind, listen: [...listen] })),
    listeners: merged.listeners.map(({ service, listener, accepted, refused, open }) => ({
      service,
      listener,
      accepted,
      refused: Object.values(refused).reduce((sum, count) => sum + count, 0),
      open,
    })),
    slots: (supervisor?.generations.groups ?? []).flatMap((group) =>
      group.workers.map((worker) => ({
        slot: worker.slot,
        group: group.plan.name,
        pid: worker.pid,
        state: worker.state,
        generation: worker.generation,
        connections: openIn(worker),
        uptimeSeconds: Math.round(now - worker.since) / 1000,
      })),
    ),
    drops: { logLines: merged.droppedLines, busMessages: merged.droppedMessages },
    ...(ledger !== undefined && { ledger: { up: ledger.up, ...ledger.decisions } }),
  };
}

function stateOf({ state, generations }: Supervisor): StatusReport['state'] {
  if (state === 'ending') return 'draining';
  if (state !== 'ready') return state;
  const groups = [...generations.serving.values()];
  if (groups.some(({ refusing }) => refusing)) return 'refusing';
  return groups.some(({ waiting }) => waiting) ? 'backing off' : 'ready';
}

/** Returns what the supervisor itself counts. */
export function countersOf(
  { generations, reloads }: Supervisor,
  version: string,
  runtime: string,
  silent: number,
  restarts: Readonly<Record<string, number>>,
): SupervisorCounters {
  const { workers } = generations;
  return {
    version,
    runtime,
    workers: Object.fromEntries(
      WORKER_STATES.map((state) => [state, workers.filter((worker) => worker.state === state).length]),
    ),
    generation: generations.latest,
    restarts,
    reloads: Object.fromEntries(reloads),
    silent,
  };
}
