/** What a task does next. `bytes` of a chunk are those of the chunk, of an end those of the whole poem. */
export type TaskStep =
  | { readonly event: 'connecting'; readonly task: number; readonly address: string }
  | { readonly event: 'connected'; readonly task: number }
  | { readonly event: 'chunk'; readonly task: number; readonly bytes: number }
  | { readonly event: 'finished'; readonly task: number; readonly bytes: number; readonly poem?: Buffer }
  | { readonly event: 'failed'; readonly task: number; readonly bytes: number; readonly reason: string };

/** What happens in a session, `ms` milliseconds after it began. It begins with `begun` and ends with `ended`. */
export type SessionEvent = { readonly ms: number } & (
  | { readonly event: 'begun'; readonly blocking: boolean; readonly tasks: readonly SessionTask[] }
  | TaskStep
  | { readonly event: 'ended'; readonly poems: number; readonly bytes: number }
);

/** One of the tasks of a session. */
export interface SessionTask {
  readonly task: number;
  readonly address: string;
}

/** Is told each event of a session when it happens. */
export type SessionWatcher = (event: SessionEvent) => void;
