import { type ListenerCounters, noDurations, type ProcessCounters } from '../../src/metrics/counters.ts';

/** A listener that has had nothing. */
const NOTHING: ListenerCounters = {
  service: 'slow',
  listener: '127.0.0.1:10000',
  accepted: 0,
  refused: {},
  closed: {},
  receivedBytes: 0,
  sentBytes: 0,
  open: 0,
  queuedBytes: 0,
  durations: noDurations(),
  durationSeconds: 0,
};

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
    listeners: listeners.map((one) => ({ ...NOTHING, ...one })),
  };
}
