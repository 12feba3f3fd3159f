import type { Lane, RecordedCallback, RecordedRun, Recording, SpanKind } from './recording.ts';

/** An event of the trace event format. */
export interface TraceEvent {
  /** Its kind: a name, what took time, a moment, a counter, the begin and the end of what may overlap. */
  readonly ph: 'M' | 'X' | 'i' | 'C' | 'b' | 'e';
  /** What it shows. */
  readonly name: string;
  /** What it belongs to: `task`, `chunk` or `callback`. */
  readonly cat?: string;
  /** The number of its run, from 1. */
  readonly pid: number;
  /** The number of its lane, or 0 for the thread. */
  readonly tid: number;
  /** When it was, in whole microseconds since its run began. */
  readonly ts: number;
  /** How long it took, in whole microseconds; of `X` alone. */
  readonly dur?: number;
  /** Which `b` an `e` belongs to. */
  readonly id?: number;
  /** The scope of an `i`: its track. */
  readonly s?: 't';
  /** What else there is to say; of a counter its value. */
  readonly args?: Readonly<Record<string, string | number>>;
}

/** What `traceOf` gives: JSON that Perfetto (ui.perfetto.dev) and Chrome open. */
export interface Trace {
  /** The unit in which times are shown. */
  readonly displayTimeUnit: 'ms';
  /** The events: first the names, then the others in the order of their times. */
  readonly traceEvents: readonly TraceEvent[];
}

/** The track of the thread; those of lanes have the numbers of these. */
const THREAD = 0;

const NAMES: Readonly<Record<SpanKind, string>> = {
  pending: 'wait for its turn',
  connecting: 'connect',
  waiting: 'download',
  paused: 'paused',
  blocked: 'blocked',
};

/**
 * A recording as a trace: a process for each run, with a track for the thread and one for each lane. Tracks have their names as `M`, what
 * was done as `X`, which never overlap on a track unless one lies within the other, chunks as `i`, bytes so far as `C`, and the whole of
 * each lane, which overlaps with others, as `b` and `e`. Events are in the order of their times.
 */
export function traceOf(recording: Recording): Trace {
  const events = recording.runs.flatMap((run, at) => runEvents(run, at + 1));
  const names = events.filter(({ ph }) => ph === 'M');
  const timed = events.filter(({ ph }) => ph !== 'M');
  // Of those that begin together the longest is around the others; what ends comes before what begins.
  timed.sort((one, two) => one.ts - two.ts || rank(one) - rank(two) || (two.dur ?? 0) - (one.dur ?? 0));
  return { displayTimeUnit: 'ms', traceEvents: [...names, ...timed] };
}

function runEvents(run: RecordedRun, pid: number): TraceEvent[] {
  const name = (tid: number, what: string, text: string): TraceEvent => {
    return { ph: 'M', name: what, pid, tid, ts: 0, args: { name: text } };
  };
  return [
    name(THREAD, 'process_name', run.name),
    name(THREAD, 'thread_name', 'thread'),
    ...run.lanes.map((lane) => name(lane.number, 'thread_name', `${lane.name} ${lane.place}`.trim())),
    ...run.lanes.flatMap((lane) => laneEvents(lane, pid, run.endMs)),
    ...callbackEvents(run.callbacks, pid),
  ];
}

function laneEvents(lane: Lane, pid: number, endMs: number): TraceEvent[] {
  const tid = lane.number;
  const events = lane.spans.map(({ kind, from, to }): TraceEvent => {
    const ts = micros(from);
    return { ph: 'X', name: NAMES[kind], cat: 'task', pid, tid, ts, dur: micros(to) - ts };
  });
  const from = lane.spans.find(({ kind }) => kind !== 'pending')?.from;
  if (from !== undefined) {
    const args = { place: lane.place, ...(lane.end?.failure === undefined ? {} : { failure: lane.end.failure }) };
    const whole = { name: lane.name, cat: 'task', pid, tid, id: lane.number };
    events.push({ ph: 'b', ...whole, ts: micros(from), args });
    events.push({ ph: 'e', ...whole, ts: micros(lane.end?.at ?? endMs) });
  }
  const sums = { in: 0, out: 0 };
  for (const { at, bytes, direction } of lane.chunks) {
    const ts = micros(at);
    sums[direction] += bytes;
    const way = direction === 'in' ? 'received' : 'sent';
    events.push({ ph: 'i', name: `chunk ${way}`, cat: 'chunk', pid, tid, ts, s: 't', args: { bytes } });
    events.push({ ph: 'C', name: `${lane.name} bytes ${way}`, pid, tid, ts, args: { bytes: sums[direction] } });
  }
  return events;
}

/** Callbacks follow each other, or one runs within another: clocks that are read in between must not make them overlap. */
function callbackEvents(callbacks: readonly RecordedCallback[], pid: number): TraceEvent[] {
  const open: number[] = [];
  const ordered = callbacks.toSorted((one, two) => one.at - two.at || two.ms - one.ms);
  return ordered.map(({ at, ms, name, lane }) => {
    const ts = micros(at);
    while ((open.at(-1) ?? Number.POSITIVE_INFINITY) <= ts) open.pop();
    const end = Math.min(micros(at + ms), open.at(-1) ?? Number.POSITIVE_INFINITY);
    open.push(end);
    const args = lane === undefined ? {} : { args: { lane } };
    return { ph: 'X', name, cat: 'callback', pid, tid: THREAD, ts, dur: end - ts, ...args };
  });
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}

function rank({ ph }: TraceEvent): number {
  return ph === 'e' ? 0 : 1;
}
