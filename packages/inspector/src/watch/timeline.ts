import type { Clock, ConnectionView, MovedChunk, Reactor, RepeatedCall, TimedCallback } from 'couplet';
import { callbackName } from '../values/callback-name.ts';
import type { LaneSlice, TimelineSlice } from '../values/frame.ts';
import { tenths } from './numbers.ts';
import type { Place, Recorder } from './recorder.ts';
import type { Room } from './room.ts';
import { Waits } from './waits.ts';
import { cut } from './words.ts';

/** How many connections have a lane, those that are gone included, and how many chunks and callbacks a slice has at most. */
const MOST_LANES = 250;
const MOST_CHUNKS = 1800;
const MOST_CALLBACKS = 400;
/** What callbacks leave of the room of a frame for lanes, in bytes. */
const AFTER_CALLBACKS = 38_000;
/** How often it is looked what connections wait for, in milliseconds, and with how many of them that costs too much. */
const LOOK_MS = 100;
const TOO_MANY = 500;
/** How many characters a name has. */
const NAME = 60;

/** Chunks of one direction that moved within a millisecond: when, how many bytes, and how many they were. */
interface Burst {
  readonly at: number;
  bytes: number;
  count: number;
}

/** A lane before it is written. */
interface Course {
  readonly label: string;
  readonly bursts: Burst[];
}

/** Makes the slices of the timeline of one viewer. */
export class Timeline {
  readonly #reactor: Pick<Reactor, 'inspect'>;
  readonly #recorder: Recorder;
  readonly #waits: Waits = new Waits();
  readonly #look: RepeatedCall;
  /** The names of the connections that had lanes. */
  #labels: ReadonlyMap<number, string> = new Map();
  #place: Place;
  #from: number;

  constructor(reactor: Pick<Reactor, 'inspect'>, recorder: Recorder, clock: Clock) {
    this.#reactor = reactor;
    this.#recorder = recorder;
    recorder.enter();
    this.#place = recorder.end;
    this.#from = reactor.inspect().now;
    this.#look = clock.callEvery(LOOK_MS, () => this.#sample());
  }

  /** Ends the recording, unless others want it. */
  close(): void {
    this.#look.cancel();
    this.#recorder.leave();
  }

  /** Returns what happened since the slice before, as JSON, as far as there is room. `shown` are the connections that have lanes. */
  slice(shown: readonly ConnectionView[], room: Room): string {
    const { now } = this.#reactor.inspect();
    for (const view of shown) this.#waits.note(view, now);
    const callbacks = this.#recorder.callbacksSince(this.#place);
    const courses = this.#courses(shown, callbacks, this.#recorder.chunksSince(this.#place));
    const entries = room.fill(longest(callbacks).map(entryOf), AFTER_CALLBACKS);
    const busy = [...courses.values()].filter(({ bursts }) => bursts.length > 0).length;
    const most = Math.floor(MOST_CHUNKS / Math.max(1, busy));
    const newest = [...courses].map(([id, { label, bursts }]) => ({ id, label, bursts: bursts.slice(-most) }));
    const lanes = room.fill(newest.map(({ id, label, bursts }) => this.#laneOf(id, label, bursts, now)));
    const told = newest.slice(0, lanes.length).flatMap(({ bursts }) => bursts.map(({ count }) => count));
    const end = this.#recorder.end;
    const happened = end.chunks - this.#place.chunks + end.callbacks - this.#place.callbacks;
    const missed = happened - entries.length - told.reduce((sum, count) => sum + count, 0);
    const span = `"from":${tenths(this.#from)},"to":${tenths(now)}`;
    this.#place = end;
    this.#from = now;
    this.#labels = new Map(shown.map((view) => [view.id, labelOf(view)]));
    this.#waits.keep(new Set(this.#labels.keys()));
    return `{${span},"lanes":[${lanes.join()}],"callbacks":[${entries.join()}],"missed":${missed}}`;
  }

  /** The lanes: those of the connections that are shown, and of those that had one, or ran a callback, and are gone. */
  #courses(
    shown: readonly ConnectionView[],
    callbacks: readonly TimedCallback[],
    chunks: readonly MovedChunk[],
  ): ReadonlyMap<number, Course> {
    const courses = new Map<number, Course>(shown.map((view) => [view.id, { label: labelOf(view), bursts: [] }]));
    const labels = new Map(this.#labels);
    for (const { connection, who } of callbacks) if (connection !== undefined) labels.set(connection, cut(who, NAME));
    for (const { connection, at, bytes, direction } of chunks) {
      const label = labels.get(connection);
      if (!courses.has(connection) && label !== undefined && courses.size < MOST_LANES)
        courses.set(connection, { label, bursts: [] });
      const bursts = courses.get(connection)?.bursts;
      if (bursts !== undefined) add(bursts, at, direction === 'in' ? bytes : -bytes);
    }
    return courses;
  }

  #laneOf(id: number, label: string, bursts: readonly Burst[], now: number): LaneSlice {
    return { id, label, chunks: bursts.map(({ at, bytes }) => [at, bytes]), waits: this.#waits.take(id, now) };
  }

  #sample(): void {
    const { now, totals, connections } = this.#reactor.inspect();
    if (totals.open > TOO_MANY) return;
    for (const view of connections()) if (this.#labels.has(view.id)) this.#waits.note(view, now);
  }
}

/** Adds a chunk, negative for one that was written, to that before it, if it moved in the same direction and the same millisecond. */
function add(bursts: Burst[], at: number, bytes: number): void {
  const last = bursts.at(-1);
  if (last === undefined || Math.floor(last.at) !== Math.floor(at) || Math.sign(last.bytes) !== Math.sign(bytes))
    bursts.push({ at: tenths(at), bytes, count: 1 });
  else {
    last.bytes += bytes;
    last.count += 1;
  }
}

/** The callbacks that ran for the longest time, in order of time. */
function longest(callbacks: readonly TimedCallback[]): readonly TimedCallback[] {
  if (callbacks.length <= MOST_CALLBACKS) return callbacks;
  const bound = callbacks.map(({ ms }) => ms).sort((a, b) => b - a)[MOST_CALLBACKS - 1] ?? 0;
  return callbacks.filter(({ ms }) => ms >= bound).slice(0, MOST_CALLBACKS);
}

function entryOf(callback: TimedCallback): TimelineSlice['callbacks'][number] {
  const { at, ms, connection = 0 } = callback;
  return [tenths(at - ms), Math.round(1000 * ms) / 1000, connection, cut(callbackName(callback), NAME)];
}

function labelOf({ protocol, peer, id }: ConnectionView): string {
  return cut(protocol ?? peer ?? `#${id}`, NAME);
}
