import type {
  ConnectionState,
  ConnectionView,
  ConnectorView,
  LoopView,
  PortView,
  SlowCallback,
  Totals,
  WaitsFor,
} from 'couplet';

/**
 * A reactor as it was at one moment, for one viewer. A frame is the whole state: what is not in it is gone. Times are milliseconds of the
 * reactor's `now()`.
 */
export interface Frame {
  readonly now: number;
  /** How many frames this viewer has missed since the one before, as it did not read. */
  readonly dropped: number;
  readonly runtime: string;
  readonly since: number;
  readonly running: boolean;
  readonly totals: Totals;
  /** Each second, since the frame before. */
  readonly rates: Rates;
  readonly loop: LoopView;
  readonly descriptors: Descriptors;
  readonly timers: number;
  readonly ports: readonly PortFrame[];
  readonly connectors: readonly ConnectorView[];
  /** How many connections there are, and how many the filter lets through. */
  readonly total: number;
  readonly matching: number;
  /** Those that the filter lets through, sorted, at most as many as the query says. */
  readonly rows: readonly Row[];
  /** The connection that the query names; absent if it names none, null if that is gone. */
  readonly chosen?: Chosen | null;
  /** What has happened since the frame before, and how many events had no room. */
  readonly events: readonly InspectorEvent[];
  readonly eventsMissed: number;
  /** Only in the view of the timeline. */
  readonly timeline?: TimelineSlice;
  /** The processes that can be looked at, where there are several; which of them this is. */
  readonly processes?: readonly ProcessChoice[];
}

/** What has come and gone each second. */
export interface Rates {
  readonly accepted: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How many sockets there are. */
export interface Descriptors {
  readonly listening: number;
  /** Connections that ports have accepted, and those that connectors have made. */
  readonly accepted: number;
  readonly made: number;
}

/** A port, with a letter for each of its connections where these are too many for rows. */
export interface PortFrame extends PortView {
  /** How many connections it has. */
  readonly connections: number;
  /**
   * What each connection waits for, in the order of their numbers: `n`othing, `p`aused, promis`e`, pee`r`, `h`andshake, `a`dmission.
   * Absent unless the reactor has more than 50 connections; at most 10,000 letters.
   */
  readonly squares?: string;
}

/** A connection in one line. What it has of its port or connector is there, under `origin`. */
export interface Row {
  readonly id: number;
  readonly role: 'server' | 'client';
  readonly origin: number;
  readonly protocol?: string;
  readonly peer?: string;
  readonly state: ConnectionState;
  readonly waiting: WaitsFor;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly reads: number;
  readonly writes: number;
  /** Bytes each second, since the frame before. */
  readonly inRate: number;
  readonly outRate: number;
  readonly queued: number;
  readonly maxQueued: number;
  readonly limit?: number;
  readonly producer?: 'push' | 'pull' | 'paused';
  readonly ageMs: number;
  readonly idleMs?: number;
  readonly secure?: true;
}

/** A connection in detail. */
export interface Chosen extends ConnectionView {
  /** What to type in a shell to see the state that the kernel keeps of it; absent where it has no socket of TCP. */
  readonly ss?: string;
  /** The last bytes in each direction, in base64, at most 64 KiB together; only if the inspector was told to keep payload. */
  readonly payload?: readonly Passed[];
}

/** Bytes that passed. */
export interface Passed {
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly base64: string;
}

/** Something that has happened. Words of it are data: they come from peers and programs. */
export type InspectorEvent = { readonly at: number } & (
  | { readonly kind: 'listening' | 'stoppedListening'; readonly host: string }
  | { readonly kind: 'made'; readonly connection: number; readonly protocol: string; readonly peer?: string }
  | {
      readonly kind: 'lost';
      readonly connection: number;
      readonly protocol?: string;
      readonly peer?: string;
      readonly reason: string;
      readonly orderly: boolean;
    }
  | { readonly kind: 'refused'; readonly peer: string; readonly code: string; readonly reason: string }
  | { readonly kind: 'attempt'; readonly destination: string; readonly state: string; readonly reason?: string }
  | { readonly kind: 'slow'; readonly callback: SlowCallback }
  | {
      readonly kind: 'error';
      readonly who: string;
      readonly where: string;
      readonly reason: string;
      readonly stack?: string;
    }
);

/** What was recorded since the frame before, for at most 200 connections. */
export interface TimelineSlice {
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly LaneSlice[];
  /** Callbacks: when they began, for how many milliseconds they ran, of which connection (0: of none), and what they are. */
  readonly callbacks: readonly (readonly [at: number, ms: number, connection: number, name: string])[];
  /** How many chunks and callbacks had no room. */
  readonly missed: number;
}

/** What one connection did. */
export interface LaneSlice {
  readonly id: number;
  readonly label: string;
  /** Chunks: when, and how many bytes; negative for those written. */
  readonly chunks: readonly (readonly [at: number, bytes: number])[];
  /** What it waited for, other than nothing. */
  readonly waits: readonly (readonly [from: number, to: number, waiting: WaitsFor])[];
}

/** A process among several. */
export interface ProcessChoice {
  readonly slot: number;
  readonly generation: number;
  readonly pid: number;
  readonly shown: boolean;
}
