import type { RecordedCallback, RecordedRun } from './recording.ts';

/** A time in which the thread had to wait for the same lanes. */
export interface ThreadWait {
  readonly from: number;
  readonly to: number;
  /** The places of the lanes that could bring something: in `run.lanes`, in order; the first few of them. */
  readonly lanes: readonly number[];
  /** How many there were. */
  readonly count: number;
}

const SHOWN = 12;

/** For whom the thread waited: without the times in which it had none to wait for, and those in which a callback held it. */
export function waitsOf(run: RecordedRun, held: readonly RecordedCallback[]): ThreadWait[] {
  return without(allWaits(run), held);
}

/** The waits, less the times of these callbacks, which are in order. */
function without(waits: readonly ThreadWait[], held: readonly RecordedCallback[]): ThreadWait[] {
  let next = 0;
  return waits.flatMap((wait) => {
    const parts: ThreadWait[] = [];
    let { from } = wait;
    while (next > 0 && (held[next - 1]?.at ?? 0) + (held[next - 1]?.ms ?? 0) > from) next -= 1;
    for (let callback = held[next]; callback !== undefined && callback.at < wait.to; callback = held[next]) {
      if (callback.at > from) parts.push({ ...wait, from, to: callback.at });
      from = Math.max(from, callback.at + callback.ms);
      next += 1;
    }
    if (from < wait.to) parts.push({ ...wait, from });
    return parts;
  });
}

function allWaits(run: RecordedRun): ThreadWait[] {
  const changes: { at: number; lane: number; begins: boolean }[] = [];
  for (const [lane, { spans }] of run.lanes.entries()) {
    let open: number | undefined;
    let until = 0;
    const close = (): void => {
      if (open === undefined || until <= open) return;
      changes.push({ at: open, lane, begins: true }, { at: until, lane, begins: false });
    };
    for (const { kind, from, to } of spans) {
      if (kind === 'pending' || kind === 'paused') continue;
      if (open === undefined || from > until) {
        close();
        open = from;
      }
      until = Math.max(until, to);
    }
    close();
  }
  changes.sort((one, two) => one.at - two.at || Number(one.begins) - Number(two.begins) || one.lane - two.lane);
  const waits: ThreadWait[] = [];
  const active = new Set<number>();
  let from = 0;
  for (const { at, lane, begins } of changes) {
    if (at > from && active.size > 0) {
      const lanes = [...active].slice(0, SHOWN).sort((one, two) => one - two);
      waits.push({ from, to: at, lanes, count: active.size });
    }
    from = at;
    if (begins) active.add(lane);
    else active.delete(lane);
  }
  return waits;
}
