import type { Frame, InspectorEvent, Row } from '../src/values/frame.ts';
import type { ViewName } from '../src/values/query.ts';

/** How many events are kept, and for how many frames what has come or gone is marked. */
const EVENTS = 1000;
const MARKED = 3;
/** Over how many frames the share of sleep is told. */
const WINDOW = 10;

/** A connection that is gone, and the number of the frame in which it was missing first. */
interface Gone {
  readonly row: Row;
  readonly frame: number;
}

/** What earlier frames said that the last one does not say again. A frame is the state; this only animates it. */
export class Memory {
  /** How many frames there were since the query changed. */
  frames = 0;
  /** The newest first. */
  events: InspectorEvent[] = [];
  eventsMissed = 0;
  dropped = 0;
  /** The last frame, and the rows of it and of the one before. */
  frame: Frame | undefined;
  /** Whether events are kept: the other views do not show them. */
  #listing = false;
  #before: ReadonlyMap<number, Row> = new Map();
  #rows: ReadonlyMap<number, Row> = new Map();
  #firstSeen = new Map<number, number>();
  #gone: Gone[] = [];
  #busy: { readonly now: number; readonly busyMs: number }[] = [];
  #accepted: ReadonlyMap<number, number> = new Map();
  #newlyAccepted = new Set<number>();

  /** Takes the next frame. */
  take(frame: Frame): void {
    this.frames += 1;
    const rows = new Map(frame.rows.map((row) => [row.id, row]));
    const small = frame.total <= frame.rows.length;
    for (const row of frame.rows) if (!this.#firstSeen.has(row.id)) this.#firstSeen.set(row.id, this.frames);
    for (const id of this.#firstSeen.keys()) if (!rows.has(id)) this.#firstSeen.delete(id);
    this.#gone = this.#gone.filter((gone) => this.frames - gone.frame < MARKED && !rows.has(gone.row.id));
    // What is missing among some of many is not gone.
    if (small)
      for (const row of this.#rows.values()) if (!rows.has(row.id)) this.#gone.push({ row, frame: this.frames });
    if (!small) this.#gone = [];
    this.#before = this.#rows;
    this.#rows = rows;
    const accepted = new Map(frame.ports.map((port) => [port.id, port.totals.accepted]));
    this.#newlyAccepted = new Set(
      [...accepted].filter(([id, value]) => value > (this.#accepted.get(id) ?? value)).map(([id]) => id),
    );
    this.#accepted = accepted;
    this.#busy = [...this.#busy, { now: frame.now, busyMs: frame.loop.busyMs }].slice(-WINDOW);
    if (this.#listing) this.#list(frame);
    this.dropped += frame.dropped;
    this.frame = frame;
  }

  /** Another query: other rows come, and none of them is new; the view of events begins with all that the server has. */
  turn(view?: ViewName): void {
    this.frames = 0;
    this.#listing = view === 'events';
    this.events = [];
    this.eventsMissed = 0;
    this.#rows = new Map();
    this.#before = new Map();
    this.#gone = [];
    this.#busy = [];
    this.#firstSeen.clear();
  }

  /** Another process: nothing of what was seen holds. */
  forget(): void {
    this.turn();
    this.dropped = 0;
    this.frame = undefined;
    this.#accepted = new Map();
  }

  #list({ events, eventsMissed }: Frame): void {
    if (events.length > 0) this.events = [...events.toReversed(), ...this.events].slice(0, EVENTS);
    this.eventsMissed += eventsMissed;
  }

  /** Whether a connection has come since the page looked, and a moment ago. */
  isNew(id: number): boolean {
    const first = this.#firstSeen.get(id) ?? 0;
    return first > 1 && this.frames - first < MARKED;
  }

  /** Whether a port has accepted a connection since the frame before. */
  hasAccepted(port: number): boolean {
    return this.#newlyAccepted.has(port);
  }

  /** The connections of a port or connector that are gone since a moment ago. */
  goneOf(origin: number): Row[] {
    return this.#gone.map((gone) => gone.row).filter((row) => row.origin === origin);
  }

  /** How many chunks have come and gone since the frame before. */
  chunks(row: Row): { readonly reads: number; readonly writes: number } {
    const before = this.#before.get(row.id);
    if (before === undefined) return { reads: 0, writes: 0 };
    return { reads: row.reads - before.reads, writes: row.writes - before.writes };
  }

  /** The part of the time in which no callback ran, in the last frames. A frame says it of the time since the one before. */
  asleep(): number {
    const [first, ...others] = this.#busy;
    const last = others.at(-1);
    if (first === undefined || last === undefined) return this.frame?.loop.asleep ?? 1;
    const busy = others.reduce((sum, { busyMs }) => sum + busyMs, 0);
    return Math.min(1, Math.max(0, 1 - busy / (last.now - first.now)));
  }
}
