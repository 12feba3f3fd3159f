/** What happened on one thread, in one or several runs that are drawn below each other on one axis. Times are milliseconds. */
export interface Recording {
  /** The runs, in the order in which they are drawn. */
  readonly runs: readonly RecordedRun[];
}

/** One run, from 0 to its end. */
export interface RecordedRun {
  /** What it is called, such as `get-poetry --blocking`. */
  readonly name: string;
  /** When it ended: how long it lasted. */
  readonly endMs: number;
  /** For how long callbacks ran in all. */
  readonly busyMs: number;
  /** Its tasks or connections, from above. */
  readonly lanes: readonly Lane[];
  /** What ran on the thread, in order. */
  readonly callbacks: readonly RecordedCallback[];
}

/** A task, or a connection: a row of the drawing. */
export interface Lane {
  /** Unique in its run: it stands at its name, and at its chunks in the magnifier. */
  readonly number: number;
  /** Such as `Task 1`, or the class of a protocol. */
  readonly name: string;
  /** Where it is connected to, such as `127.0.0.1:10000`. */
  readonly place: string;
  /** What it did from when to when, in order, without overlaps. */
  readonly spans: readonly Span[];
  /** The bytes that came and went, in order. */
  readonly chunks: readonly RecordedChunk[];
  /** How it ended; absent if it has not. */
  readonly end?: { readonly at: number; readonly failure?: string };
}

/**
 * What a lane does: `pending` until it begins, `connecting`, `waiting` for bytes, `paused` as its program does not take them, `blocked`
 * by a full queue.
 */
export type SpanKind = 'pending' | 'connecting' | 'waiting' | 'paused' | 'blocked';

/** A time in which a lane did one thing. */
export interface Span {
  /** What it did. */
  readonly kind: SpanKind;
  /** When that began. */
  readonly from: number;
  /** When it ended. */
  readonly to: number;
}

/** Bytes that came or went. */
export interface RecordedChunk {
  /** When they did. */
  readonly at: number;
  /** How many they were. */
  readonly bytes: number;
  /** `in` if they came, `out` if they went. */
  readonly direction: 'in' | 'out';
}

/** A callback that ran. */
export interface RecordedCallback {
  /** When it began. */
  readonly at: number;
  /** For how long it ran. */
  readonly ms: number;
  /** The number of its lane; absent if it belongs to none. */
  readonly lane?: number;
  /** What it is called, such as `SlowPoetry.connectionMade`. */
  readonly name: string;
}
