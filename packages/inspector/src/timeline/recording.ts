/** What happened on one thread, in one or several runs that are drawn below each other on one axis. Times are milliseconds. */
export interface Recording {
  readonly runs: readonly RecordedRun[];
}

/** One run, from 0 to its end. */
export interface RecordedRun {
  /** What it is called, such as `get-poetry --blocking`. */
  readonly name: string;
  readonly endMs: number;
  /** For how long callbacks ran in all. */
  readonly busyMs: number;
  readonly lanes: readonly Lane[];
  /** What ran on the thread, in order. */
  readonly callbacks: readonly RecordedCallback[];
}

/** A task, or a connection. */
export interface Lane {
  readonly number: number;
  /** Such as `Task 1`, or the class of a protocol. */
  readonly name: string;
  /** Where it is connected to, such as `127.0.0.1:10000`. */
  readonly place: string;
  /** What it did from when to when, in order, without overlaps. */
  readonly spans: readonly Span[];
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
  readonly kind: SpanKind;
  readonly from: number;
  readonly to: number;
}

/** Bytes that came or went. */
export interface RecordedChunk {
  readonly at: number;
  readonly bytes: number;
  readonly direction: 'in' | 'out';
}

/** A callback that ran. */
export interface RecordedCallback {
  readonly at: number;
  readonly ms: number;
  /** The number of its lane; absent if it belongs to none. */
  readonly lane?: number;
  /** Such as `SlowPoetry.connectionMade`. */
  readonly name: string;
}
