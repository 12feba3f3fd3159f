import { type ListenerCounters, nothingOf, type ProcessCounters } from '../../src/metrics/counters.ts';

/** What a process counts that has those listeners. */
export function processWith(
  listeners: readonly Partial<ListenerCounters>[],
  rest: Partial<ProcessCounters> = {},
): ProcessCounters {
  return {
    serial: 1,
    residentBytes: 1000,
    cpuSeconds: 1,
    droppedLines: 0,
    droppedMessages: 0,
    ...rest,
    listeners: listeners.map((one) => ({ ...nothingOf({ service: 'slow', listener: '127.0.0.1:10000' }), ...one })),
  };
}
