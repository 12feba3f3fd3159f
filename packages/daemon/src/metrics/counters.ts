/** The upper bounds of the buckets of how long connections lasted, in seconds. */
export const DURATION_BUCKETS: readonly number[] = [0.01, 0.1, 1, 10, 60, 600, 3600];

/** What one listener of a process has had since the process began. */
export interface ListenerCounters {
  /** The path of its service, such as `slow`. */
  readonly service: string;
  /** Where it listens, as in a URL. */
  readonly listener: string;
  readonly accepted: number;
  /** How many were refused, by the code of the reason in lower case and without `COUPLET_`. */
  readonly refused: Readonly<Record<string, number>>;
  /** How many have ended, by reason: the name of the error in lower case with underscores. */
  readonly closed: Readonly<Record<string, number>>;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** How many are open now. */
  readonly open: number;
  /** How many bytes wait to be sent now. */
  readonly queuedBytes: number;
  /** How long those that ended lasted: for each of `DURATION_BUCKETS` how many were in it (not cumulative), and those above the last. */
  readonly durations: readonly number[];
  readonly durationSeconds: number;
  /** When the certificate that it shows ends, in seconds since 1970; absent without TLS. */
  readonly certificateExpiry?: number;
}

/** What one process counts: absolute values since it began. */
export interface ProcessCounters {
  readonly listeners: readonly ListenerCounters[];
  readonly residentBytes: number;
  readonly openDescriptors?: number;
  readonly cpuSeconds: number;
  /** How late timers rang, in milliseconds, and which part of the time the loop slept. */
  readonly loop: { readonly p50: number; readonly p99: number; readonly max: number; readonly asleep: number };
  readonly droppedLines: number;
  /** What the ledgers of this process answered; absent while it has none. */
  readonly ledger?: {
    readonly up: boolean;
    readonly decisions: Readonly<Record<'granted' | 'refused' | 'unknown', number>>;
  };
}
