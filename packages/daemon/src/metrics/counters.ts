/** The upper bounds of the buckets of how long connections lasted, in seconds. */
export const DURATION_BUCKETS: readonly number[] = [0.01, 0.1, 1, 10, 60, 600, 3600];

/** How often each of a few words was counted. */
export type Words = Readonly<Record<string, number>>;

/** What a listener or a client is called in metrics. */
export interface MeterName {
  /** The path of its service, such as `slow`. */
  readonly service: string;
  /** Where it listens, as in a URL; of a client where it connects to. */
  readonly listener: string;
}

/** What one listener of a process has had since the process began. */
export interface ListenerCounters extends MeterName {
  readonly accepted: number;
  /** How many were refused, by the code of the reason in lower case and without `COUPLET_`. */
  readonly refused: Words;
  /** How many have ended, by the code of the reason in lower case and without `COUPLET_`: one of `CLOSE_REASONS`. */
  readonly closed: Words;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** How many are open now. */
  readonly open: number;
  /** How many bytes waited to be sent when the connections were last looked at. */
  readonly queuedBytes: number;
  /** How long those that ended lasted: for each of `DURATION_BUCKETS` how many were in it (not cumulative), and those above the last. */
  readonly durations: readonly number[];
  readonly durationSeconds: number;
  /** When the certificate that it shows ends, in seconds since 1970; absent without TLS. */
  readonly certificateExpiry?: number;
}

/** What the ledgers of a process answered. */
export interface LedgerCounters {
  readonly up: boolean;
  readonly decisions: Readonly<Record<'granted' | 'refused' | 'unknown', number>>;
}

/** How busy the event loop of a process is. */
export interface LoopCounters {
  /** How late timers rang, of the last 256, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The part of the time in which no callback ran: 0 to 1. */
  readonly asleep: number;
}

/** What one process counts: absolute values since it began. */
export interface ProcessCounters {
  /** How many times the process had counted: a report with a smaller number is an older one. */
  readonly serial: number;
  readonly listeners: readonly ListenerCounters[];
  readonly residentBytes: number;
  /** How many descriptors were open when that was last looked up; absent before, and where the system does not tell. */
  readonly openDescriptors?: number;
  readonly cpuSeconds: number;
  /** Absent unless the process takes the time of its callbacks. */
  readonly loop?: LoopCounters;
  readonly droppedLines: number;
  /** How many messages a bus that was away did not take. */
  readonly droppedMessages: number;
  /** Absent while the process has no ledger. */
  readonly ledger?: LedgerCounters;
}

/** What the supervisor itself counts. */
export interface SupervisorCounters {
  readonly version: string;
  /** The runtime of the workers with its version, such as `node 24.21.0`. */
  readonly runtime: string;
  /** How many workers there are, by state; name each state, also those of which there are 0. */
  readonly workers: Words;
  /** The newest generation. */
  readonly generation: number;
  /** How often a worker was replaced, by cause. */
  readonly restarts: Words;
  /** How many reloads there were, by result. */
  readonly reloads: Words;
  /** How many workers did not answer this scrape. */
  readonly silent: number;
}

/** The words by which ends of connections are counted. An application may end one with any error: that is an `error`. */
export const CLOSE_REASONS: readonly string[] = [
  'connection_done',
  'connection_lost',
  'connection_aborted',
  'timeout',
  'framing',
  'line_too_long',
  'length_limit',
  'netstring_parse',
  'varint_parse',
  'string_too_long',
  'error',
];

/** How many different words are counted apart. An application may choose codes for its refusals, and a label must not grow with them. */
const MOST_WORDS = 64;
const OTHER = 'other';

/** Adds a number to that of a word; beyond 64 words to that of `other`. */
export function addWord(words: Record<string, number>, word: string, count: number): void {
  const known = Object.hasOwn(words, word) || Object.keys(words).length < MOST_WORDS;
  const key = known ? word : OTHER;
  words[key] = (Object.hasOwn(words, key) ? (words[key] ?? 0) : 0) + count;
}

/** Adds up words. */
export function sumOfWords(...all: readonly Words[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const words of all) for (const [word, count] of Object.entries(words)) addWord(sum, word, count);
  return sum;
}

/** No duration in any bucket. */
export function noDurations(): number[] {
  return Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0);
}

/** Adds what one had to what another one of the same name had. The certificate that ends first is the one that is told. */
export function sumOf(one: ListenerCounters, other: ListenerCounters): ListenerCounters {
  const expiries = [one.certificateExpiry, other.certificateExpiry].filter((expiry) => expiry !== undefined);
  return {
    service: one.service,
    listener: one.listener,
    accepted: one.accepted + other.accepted,
    refused: sumOfWords(one.refused, other.refused),
    closed: sumOfWords(one.closed, other.closed),
    receivedBytes: one.receivedBytes + other.receivedBytes,
    sentBytes: one.sentBytes + other.sentBytes,
    open: one.open + other.open,
    queuedBytes: one.queuedBytes + other.queuedBytes,
    durations: one.durations.map((count, bucket) => count + (other.durations[bucket] ?? 0)),
    durationSeconds: one.durationSeconds + other.durationSeconds,
    ...(expiries.length === 0 ? {} : { certificateExpiry: Math.min(...expiries) }),
  };
}

/** Adds a listener to those of which there is one for each name. */
export function addListener(sums: Map<string, ListenerCounters>, counters: ListenerCounters): void {
  const key = keyOf(counters);
  const sum = sums.get(key);
  sums.set(key, sum === undefined ? counters : sumOf(sum, counters));
}

/** Tells names apart. */
export function keyOf({ service, listener }: MeterName): string {
  return JSON.stringify([service, listener]);
}
