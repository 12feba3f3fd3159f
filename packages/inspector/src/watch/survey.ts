import type { ConnectionView, WaitsFor } from 'couplet';
import type { Descriptors, Row } from '../values/frame.ts';
import type { FrameQuery } from '../values/query.ts';
import type { Counters } from './counters.ts';
import { keyOf, matches, rowOf } from './row.ts';
import { Selection } from './selection.ts';

/** How many connections have a lane in the view of the timeline. */
const MOST_LANES = 200;
/** With how many connections each of them has a row in the view of the reactor: with more it has a square. */
const MOST_ROWS = 50;
/** How many squares there are in all. */
const MOST_SQUARES = 10_000;

/** Each thing to wait for, and the letter that stands for it. */
const LETTERS: Readonly<Record<WaitsFor, string>> = {
  nothing: 'n',
  paused: 'p',
  promise: 'e',
  peer: 'r',
  handshake: 'h',
  admission: 'a',
};
const WAITS: readonly string[] = Object.keys(LETTERS);

/** What one frame needs of all connections: takes each, and keeps what is shown. */
export class Survey {
  readonly #query: FrameQuery;
  readonly #filter: string;
  readonly #counters: Counters;
  readonly #rows: Selection<Row>;
  readonly #lanes: Selection<ConnectionView>;
  /** Of each port how many connections it has, and for each of them its number and what it waits for, in one number. */
  readonly #ports: Map<number, { count: number; readonly squares: number[] }> = new Map();
  #accepted = 0;
  #made = 0;
  #squares = 0;
  /** How many the filter lets through. */
  matching = 0;

  constructor(query: FrameQuery, counters: Counters) {
    this.#query = query;
    this.#filter = query.filter.toLowerCase();
    this.#counters = counters;
    const rows = query.view === 'connections' ? query.offset + query.limit : query.view === 'reactor' ? MOST_ROWS : 0;
    this.#rows = new Selection(rows, query.descending);
    this.#lanes = new Selection(query.view === 'timeline' ? MOST_LANES : 0, query.descending);
  }

  /** How many there are. */
  get total(): number {
    return this.#accepted + this.#made;
  }

  /** Whether connections have squares, as they are too many for rows. */
  get squared(): boolean {
    return this.#query.view === 'reactor' && this.total > MOST_ROWS;
  }

  add(view: ConnectionView): void {
    const rates = this.#counters.rates(view);
    if (view.role === 'server') this.#count(view);
    else this.#made += 1;
    if (!matches(view, this.#filter)) return;
    this.matching += 1;
    const key = keyOf(view, rates, this.#query.sort);
    this.#rows.add(key, view.id, () => rowOf(view, rates));
    this.#lanes.add(key, view.id, () => view);
  }

  /** The rows that are shown. */
  rows(): readonly Row[] {
    if (this.squared) return [];
    const { view, offset, limit } = this.#query;
    return view === 'connections' ? this.#rows.sorted().slice(offset, offset + limit) : this.#rows.sorted();
  }

  /** The connections that have lanes. */
  lanes(): readonly ConnectionView[] {
    return this.#lanes.sorted();
  }

  /** How many connections a port has, and a letter for each of them if they have squares. */
  portOf(id: number): { readonly connections: number; readonly squares?: string } {
    const port = this.#ports.get(id);
    if (port === undefined) return { connections: 0 };
    return { connections: port.count, ...(this.squared ? { squares: lettersOf(port.squares) } : {}) };
  }

  descriptors(listening: number): Descriptors {
    return { listening, accepted: this.#accepted, made: this.#made };
  }

  #count({ origin, id, waiting }: ConnectionView): void {
    this.#accepted += 1;
    const port = this.#ports.get(origin) ?? { count: 0, squares: [] };
    if (port.count === 0) this.#ports.set(origin, port);
    port.count += 1;
    if (this.#query.view !== 'reactor' || this.#squares >= MOST_SQUARES) return;
    this.#squares += 1;
    port.squares.push(id * WAITS.length + WAITS.indexOf(waiting));
  }
}

/** The letters of the connections, in the order of their numbers. */
function lettersOf(squares: readonly number[]): string {
  const letters = Object.values(LETTERS);
  return Array.from(Float64Array.from(squares).sort(), (square) => letters[square % WAITS.length] ?? '').join('');
}
