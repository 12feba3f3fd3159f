import { performance } from 'node:perf_hooks';
import type { ClockFacet } from '../../seam/clock.ts';
import { NodeAlarm } from './alarm.ts';

/** To ask for `process` by its global name costs a call, each time. */
const { nextTick } = process;

/** The runtime's clocks, its chance and its event loop; each with an alarm of its own. */
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
