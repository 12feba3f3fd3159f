import type { WaitsFor } from 'couplet';
import type { Lane, Recording, Span, SpanKind } from '../src/timeline/recording.ts';
import type { Frame, LaneSlice, TimelineSlice } from '../src/values/frame.ts';

/** For how long is remembered what was recorded. */
export const TAPE_MS = 60_000;
/** A slice that begins later than the one before ended leaves a hole: what was before it is forgotten. */
const HOLE_MS = 50;

/** How a recording calls what a connection waits for. */
const SPANS: Readonly<Record<WaitsFor, SpanKind>> = {
  nothing: 'waiting',
  paused: 'paused',
  promise: 'paused',
  peer: 'blocked',
  handshake: 'connecting',
  admission: 'pending',
};

/** What one connection did. */
export interface Track {
  readonly id: number;
  readonly label: string;
  /** When it was seen first and last. */
  readonly since: number;
  seen: number;
  chunks: LaneSlice['chunks'][number][];
  waits: LaneSlice['waits'][number][];
}

/** The last minute of the slices that frames bring. */
export class Tape {
  /** From when to when there is something; both 0 if nothing was recorded. */
  from = 0;
  to = 0;
  /** How many chunks and callbacks had no room. */
  missed = 0;
  readonly tracks = new Map<number, Track>();
  callbacks: TimelineSlice['callbacks'][number][] = [];

  /** Takes what a frame brings, if it brings any. */
  take({ timeline }: Frame): void {
    if (timeline === undefined) return;
    if (this.to === 0 || timeline.from > this.to + HOLE_MS) {
      this.forget();
      this.from = timeline.from;
    }
    this.to = timeline.to;
    this.missed += timeline.missed;
    this.callbacks.push(...timeline.callbacks);
    for (const lane of timeline.lanes) this.#add(lane, timeline);
    this.#cut(Math.max(this.from, timeline.to - TAPE_MS));
  }

  /** Forgets everything. */
  forget(): void {
    this.from = 0;
    this.to = 0;
    this.missed = 0;
    this.tracks.clear();
    this.callbacks = [];
  }

  /** For how many milliseconds callbacks ran since a time. */
  busyMs(from: number): number {
    return this.callbacks.reduce((sum, [at, ms]) => (at < from ? sum : sum + ms), 0);
  }

  /** All as a recording, from 0. */
  recording(name: string): Recording {
    const callbacks = this.callbacks.map(([at, ms, connection, what]) => ({
      at: at - this.from,
      ms,
      name: what,
      ...(connection !== 0 && { lane: connection }),
    }));
    const lanes = [...this.tracks.values()].map((track) => this.#lane(track));
    return { runs: [{ name, endMs: this.to - this.from, busyMs: this.busyMs(this.from), lanes, callbacks }] };
  }

  #add({ id, label, chunks, waits }: LaneSlice, slice: TimelineSlice): void {
    let track = this.tracks.get(id);
    if (track === undefined) {
      track = { id, label, chunks: [], waits: [], since: slice.from, seen: slice.to };
      this.tracks.set(id, track);
    }
    track.seen = slice.to;
    track.chunks.push(...chunks);
    for (const wait of waits) {
      const last = track.waits.at(-1);
      // A wait that goes on from frame to frame is one.
      if (last !== undefined && last[2] === wait[2] && wait[0] - last[1] < 1)
        track.waits.splice(-1, 1, [last[0], wait[1], wait[2]]);
      else track.waits.push(wait);
    }
  }

  /** Forgets what was before a time. */
  #cut(from: number): void {
    this.from = from;
    this.callbacks = this.callbacks.filter(([at, ms]) => at + ms > from);
    for (const [id, track] of this.tracks) {
      track.chunks = track.chunks.filter(([at]) => at >= from);
      track.waits = track.waits.filter(([, to]) => to > from);
      if (track.seen <= from) this.tracks.delete(id);
    }
  }

  #lane(track: Track): Lane {
    const { from } = this;
    return {
      number: track.id,
      name: track.label,
      place: '',
      spans: spansOf(track, from),
      chunks: track.chunks.map(([at, bytes]) => ({
        at: at - from,
        bytes: Math.abs(bytes),
        direction: bytes < 0 ? 'out' : 'in',
      })),
      ...(track.seen < this.to && { end: { at: track.seen - from } }),
    };
  }
}

/** What a lane did: its waits, and between them it waited for input. */
function spansOf({ waits, since, seen }: Track, from: number): Span[] {
  const spans: Span[] = [];
  let at = Math.max(from, since);
  const add = (kind: SpanKind, until: number): void => {
    if (until > at) spans.push({ kind, from: at - from, to: until - from });
    at = Math.max(at, until);
  };
  for (const [begin, end, waiting] of waits) {
    add('waiting', begin);
    add(SPANS[waiting], Math.min(end, seen));
  }
  add('waiting', seen);
  return spans;
}
