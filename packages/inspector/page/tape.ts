import type { WaitsFor } from 'couplet';
import type { Lane, RecordedRun, Span, SpanKind } from '../src/timeline/recording.ts';
import type { Frame, LaneSlice, TimelineSlice } from '../src/values/frame.ts';

/** For how long is remembered what was recorded. */
export const TAPE_MS = 60_000;
/** A slice that begins later than the one before ended leaves a hole: what was before it is forgotten. */
const HOLE_MS = 50;

/** What a lane shows of what a connection waits for. */
const SPANS: Readonly<Record<WaitsFor, SpanKind>> = {
  nothing: 'waiting',
  paused: 'paused',
  promise: 'paused',
  peer: 'blocked',
  handshake: 'connecting',
  admission: 'pending',
};

interface Track {
  readonly label: string;
  chunks: (readonly [at: number, bytes: number])[];
  waits: (readonly [from: number, to: number, waiting: WaitsFor])[];
  readonly since: number;
  seen: number;
}

/** The last minute of the slices that frames bring. */
export class Tape {
  /** How many chunks and callbacks had no room. */
  missed = 0;
  #from = 0;
  #to: number | undefined;
  #tracks = new Map<number, Track>();
  #callbacks: TimelineSlice['callbacks'][number][] = [];

  /** Takes what a frame brings, if it brings any. */
  take({ timeline }: Frame): void {
    if (timeline === undefined) return;
    if (this.#to === undefined || timeline.from > this.#to + HOLE_MS) {
      this.forget();
      this.#from = timeline.from;
    }
    this.#to = timeline.to;
    this.missed += timeline.missed;
    this.#callbacks.push(...timeline.callbacks);
    for (const lane of timeline.lanes) this.#add(lane, timeline);
    this.#cut(Math.max(this.#from, timeline.to - TAPE_MS));
  }

  /** Forgets everything. */
  forget(): void {
    this.missed = 0;
    this.#to = undefined;
    this.#tracks.clear();
    this.#callbacks = [];
  }

  /** The last minute as a run, with its connections as lanes; absent if nothing was recorded. */
  run(name: string): RecordedRun | undefined {
    if (this.#to === undefined) return undefined;
    const from = this.#from;
    return {
      name,
      endMs: this.#to - from,
      busyMs: this.#callbacks.reduce((sum, [, ms]) => sum + ms, 0),
      lanes: [...this.#tracks].map(([id, track]) => this.#lane(id, track)),
      callbacks: this.#callbacks.map(([at, ms, connection, callback]) => ({
        at: at - from,
        ms,
        name: callback,
        ...(connection !== 0 && { lane: connection }),
      })),
    };
  }

  #add(lane: LaneSlice, slice: TimelineSlice): void {
    let track = this.#tracks.get(lane.id);
    if (track === undefined) {
      track = { label: lane.label, chunks: [], waits: [], since: slice.from, seen: slice.to };
      this.#tracks.set(lane.id, track);
    }
    track.seen = slice.to;
    track.chunks.push(...lane.chunks);
    for (const wait of lane.waits) {
      const last = track.waits.at(-1);
      // A wait that goes on across frames is one.
      if (last !== undefined && last[2] === wait[2] && wait[0] - last[1] < 1)
        track.waits[track.waits.length - 1] = [last[0], wait[1], wait[2]];
      else track.waits.push(wait);
    }
  }

  /** Forgets what was before a time. */
  #cut(from: number): void {
    this.#from = from;
    this.#callbacks = this.#callbacks.filter(([at, ms]) => at + ms > from);
    for (const [id, track] of this.#tracks) {
      track.chunks = track.chunks.filter(([at]) => at >= from);
      track.waits = track.waits.filter(([, to]) => to > from);
      if (track.seen <= from) this.#tracks.delete(id);
    }
  }

  #lane(number: number, track: Track): Lane {
    const from = this.#from;
    const end = track.seen;
    const [name = track.label, place = ''] = track.label.split(' ');
    return {
      number,
      name,
      place,
      spans: spansOf(track, from, end),
      chunks: track.chunks.map(([at, bytes]) => ({
        at: at - from,
        bytes: Math.abs(bytes),
        direction: bytes < 0 ? 'out' : 'in',
      })),
      ...(end < (this.#to ?? end) && { end: { at: end - from } }),
    };
  }
}

/** What a lane did: its waits, and between them it waited for input. */
function spansOf({ waits, since }: Track, from: number, to: number): Span[] {
  const spans: Span[] = [];
  let at = Math.max(from, since);
  const add = (kind: SpanKind, until: number): void => {
    if (until > at) spans.push({ kind, from: at - from, to: until - from });
    at = Math.max(at, until);
  };
  for (const [begin, end, waiting] of waits) {
    add('waiting', begin);
    add(SPANS[waiting], Math.min(end, to));
  }
  add('waiting', to);
  return spans;
}
