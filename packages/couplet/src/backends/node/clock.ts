import { performance } from 'node:perf_hooks';
import type { ClockFacet } from '../../seam/clock.ts';
import { NodeAlarm } from './alarm.ts';

/** Kept, since each use of the global name `process` costs a call. */
const { nextTick } = process;

/** Makes a clock facet of the runtime's clocks, random numbers and event loop, with an alarm of its own. */
export function clock(): ClockFacet {
  const alarm = new NodeAlarm();
  return {
    now: () => performance.now(),
    wallClock: () => Date.now(),
    random: () => Math.random(),
    alarm: (at, ring) => alarm.set(at, ring),
    defer: (task) => nextTick(task),
    yield: (task) => void setImmediate(task),
  };
}
