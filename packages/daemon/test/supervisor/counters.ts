import type { ProcessCounters } from '../../src/metrics/counters.ts';

/** What a process with one listener counts. */
export function counters({ residentBytes, open }: { residentBytes: number; open: number }): ProcessCounters {
  return {
    serial: 1,
    listeners: [
      {
        service: 'echo',
        listener: '127.0.0.1:7',
        accepted: open,
        refused: {},
        closed: {},
        receivedBytes: 0,
        sentBytes: 0,
        open,
        queuedBytes: 0,
        durations: [],
        durationSeconds: 0,
      },
    ],
    residentBytes,
    cpuSeconds: 0,
    droppedLines: 0,
    droppedMessages: 0,
  };
}
