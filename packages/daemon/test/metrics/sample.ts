import type { SupervisorCounters } from '../../src/metrics/counters.ts';
import { Merge, type MergedCounters } from '../../src/metrics/merge.ts';
import { processWith } from './process.ts';

/** What two workers and their supervisor may count: each metric has a series. */
export function sample(): { merged: MergedCounters; supervisor: SupervisorCounters } {
  const merge = new Merge();
  const loop = { p50: 1, p99: 20, max: 30, asleep: 0.75 };
  const ledger = { up: true, decisions: { granted: 5, refused: 1, unknown: 0 } };
  merge.join('1').report(
    processWith(
      [
        {
          accepted: 10,
          refused: { peer_limit: 3 },
          closed: { connection_done: 6, error: 1 },
          receivedBytes: 1234,
          sentBytes: 5678,
          open: 3,
          queuedBytes: 17,
          durations: [1, 0, 4, 0, 0, 0, 0, 2],
          durationSeconds: 8000.5,
          certificateExpiry: 1_800_000_000,
        },
      ],
      { loop, ledger, openDescriptors: 30, droppedLines: 4, droppedMessages: 2 },
    ),
  );
  merge.join('2').report(processWith([{ service: 'a "b"\\', listener: '/run/x\ny.sock' }]));
  const supervisor = {
    version: '0.1.0',
    runtime: 'node 24.0.0',
    workers: { starting: 0, ready: 2 },
    generation: 4,
    restarts: { hung: 1 },
    reloads: { done: 3, failed: 0 },
    silent: 0,
  };
  return { merged: merge.sums(), supervisor };
}
