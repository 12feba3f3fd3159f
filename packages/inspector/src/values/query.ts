/** The views of the page. */
export const VIEW_NAMES = ['reactor', 'connections', 'timeline', 'events'] as const;

/** A view of the page. */
export type ViewName = (typeof VIEW_NAMES)[number];

/** What the rows of connections can be sorted by. */
export const SORT_KEYS = [
  'id',
  'peer',
  'port',
  'protocol',
  'state',
  'waiting',
  'inRate',
  'outRate',
  'bytesIn',
  'bytesOut',
  'queued',
  'maxQueued',
  'idle',
  'age',
] as const;

/** What the rows of connections are sorted by. */
export type SortKey = (typeof SORT_KEYS)[number];

/** What a viewer wants to see: it stands in the query of `/frame` and `/stream`, under these names. */
export interface FrameQuery {
  /** What the frame is for: what only other views show is left out. */
  readonly view: ViewName;
  /** What the rows are sorted by. */
  readonly sort: SortKey;
  /** Whether the largest comes first. */
  readonly descending: boolean;
  /** Text that a row must have in its peer, port, protocol, factory, state or number; empty for all rows. */
  readonly filter: string;
  /** How many rows there are at most, from 1 to 200. */
  readonly limit: number;
  /** How many rows are left out before the first one, from 0 to 1,000,000. */
  readonly offset: number;
  /** Seconds from one frame to the next, from 0.2 to 5. */
  readonly every: number;
  /** The number of the connection that is shown in detail. */
  readonly id?: number;
}

/** What is shown unless asked otherwise. */
export const DEFAULT_QUERY: FrameQuery = {
  view: 'reactor',
  sort: 'id',
  descending: false,
  filter: '',
  limit: 200,
  offset: 0,
  every: 1,
};
