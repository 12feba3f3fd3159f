import type { ConnectionView, WaitsFor } from 'couplet';
import { tenths } from './numbers.ts';

/** A time in which a connection waited for something. */
export type TimedWait = readonly [from: number, to: number, waiting: WaitsFor];

interface Stretch {
  waiting: WaitsFor;
  since: number;
  /** What is over, since it was asked for last. */
  over: TimedWait[];
}

/** What connections waited for, as far as looking at them now and then can tell. */
export class Waits {
  readonly #stretches: Map<number, Stretch> = new Map();

  /** A connection was looked at. */
  note({ id, waiting }: ConnectionView, now: number): void {
    const stretch = this.#stretches.get(id);
    if (stretch === undefined) this.#stretches.set(id, { waiting, since: now, over: [] });
    else if (stretch.waiting !== waiting) {
      end(stretch, now);
      stretch.waiting = waiting;
      stretch.since = now;
    }
  }

  /** What a connection waited for since this was asked last, and still does. */
  take(id: number, now: number): readonly TimedWait[] {
    const stretch = this.#stretches.get(id);
    if (stretch === undefined) return [];
    end(stretch, now);
    stretch.since = now;
    const { over } = stretch;
    stretch.over = [];
    return over;
  }

  /** Forgets all but these connections. */
  keep(ids: ReadonlySet<number>): void {
    for (const id of this.#stretches.keys()) if (!ids.has(id)) this.#stretches.delete(id);
  }
}

function end({ waiting, since, over }: Stretch, now: number): void {
  if (waiting !== 'nothing' && now > since) over.push([tenths(since), tenths(now), waiting]);
}
