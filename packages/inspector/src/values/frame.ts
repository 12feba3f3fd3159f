import type {
  ConnectionDetail,
  ConnectionState,
  ConnectorState,
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
  /** When it was. */
  readonly now: number;
  /** How many frames this viewer has missed since the one before, as it did not read. */
  readonly dropped: number;
  /** The name of the backend, such as `node`. */
  readonly runtime: string;
  /** When the reactor was made. */
  readonly since: number;
  /** True from `run` until everything has ended after `stop`. */
  readonly running: boolean;
  /** What all ports and connectors have had so far. */
  readonly totals: Totals;
  /** What has come and gone each second, since the frame before; in a viewer's first frame since the reactor was made. */
  readonly rates: Rates;
  /**
   * What the event loop did. `busyMs` and `asleep` are since the frame before, in a viewer's first frame since the inspector began;
   * `lateMs` is measured every 100 ms while there is a viewer.
   */
  readonly loop: LoopView;
  /** How many sockets there are. */
  readonly descriptors: Descriptors;
  /** How many delayed calls wait. */
  readonly timers: number;
  /** The ports: all that have room, about 50. */
  readonly ports: readonly PortFrame[];
  /** How many ports had no room. */
  readonly portsLeftOut: number;
  /** The connectors: those of the rows, and then those that are not connected, as far as there is room, about 60. */
  readonly connectors: readonly ConnectorView[];
  /** How many connectors had no room, or are connected and belong to no row. */
  readonly connectorsLeftOut: number;
  /** How many connections there are. */
  readonly total: number;
  /** How many of them the filter lets through. */
  readonly matching: number;
  /**
   * Those that the filter lets through, sorted, at most as many as the query says and have room. Only in the views of connections and, up
   * to 50 connections in all, of the reactor.
   */
  readonly rows: readonly Row[];
  /** The connection that the query names; absent if it names none, null if that is gone. */
  readonly chosen?: Chosen | null;
  /**
   * The newest of what has happened since the frame before, in order, at most 200 and those that have room. A viewer's first frame has what
   * was before it in the view of events, and nothing in others.
   */
  readonly events: readonly InspectorEvent[];
  /** How many events there were besides. */
  readonly eventsMissed: number;
  /** Only in the view of the timeline. */
  readonly timeline?: TimelineSlice;
  /** The processes that can be looked at, where there are several; which of them this is. */
  readonly processes?: readonly ProcessChoice[];
}

/** What has come and gone each second. */
export interface Rates {
  /** Connections that were accepted or made. */
  readonly accepted: number;
  /** Bytes that arrived for protocols. */
  readonly bytesIn: number;
  /** Bytes that the system took from protocols. */
  readonly bytesOut: number;
}

/** How many sockets there are. */
export interface Descriptors {
  /** Ports that listen. */
  readonly listening: number;
  /** Connections that ports have accepted. */
  readonly accepted: number;
  /** Connections that connectors have made. */
  readonly made: number;
}

/** A port, with a letter for each of its connections where these are too many for rows. */
export interface PortFrame extends PortView {
  /** How many connections it has. */
  readonly connections: number;
  /**
   * What each connection waits for, in the order of their numbers: `n`othing, `p`aused, promis`e`, pee`r`, `h`andshake, `a`dmission.
   * Absent unless the reactor has more than 50 connections and the view is its own; at most 10,000 letters in all.
   */
  readonly squares?: string;
}

/** A connection in one line. What it has of its port or connector is there, under `origin`. */
export interface Row {
  /** Its number. */
  readonly id: number;
  /** Whether a port accepted it, or a connector made it. */
  readonly role: 'server' | 'client';
  /** The number of its port or connector. */
  readonly origin: number;
  /** The class of its protocol, at most 80 characters; absent until it has one. */
  readonly protocol?: string;
  /** The address of the peer, at most 80 characters; absent if it is not known. */
  readonly peer?: string;
  /** What it does. */
  readonly state: ConnectionState;
  /** What keeps it from going on. */
  readonly waiting: WaitsFor;
  /** How many bytes arrived. */
  readonly bytesIn: number;
  /** How many bytes the system has taken. */
  readonly bytesOut: number;
  /** In how many chunks they arrived. */
  readonly reads: number;
  /** In how many chunks they were given to the system. */
  readonly writes: number;
  /** Bytes that arrived each second, since the frame before; since the connection began if that is later, or the frame the first. */
  readonly inRate: number;
  /** Bytes that the system took each second, in the same time. */
  readonly outRate: number;
  /** How many bytes wait for the system to take them. */
  readonly queued: number;
  /** The most that ever waited. */
  readonly maxQueued: number;
  /** `maxWriteBufferBytes`, if it is set. */
  readonly limit?: number;
  /** The producer that is registered. */
  readonly producer?: 'push' | 'pull' | 'paused';
  /** For how many milliseconds it has been there. */
  readonly ageMs: number;
  /** For how many milliseconds no byte has moved, where a policy keeps that. */
  readonly idleMs?: number;
  /** True if it speaks TLS; absent otherwise. */
  readonly secure?: true;
}

/** A connection in detail. */
export interface Chosen extends ConnectionDetail {
  /** What to type in a shell to see the state that the kernel keeps of it; absent where it has no socket of TCP. */
  readonly ss?: string;
  /** The last bytes in each direction, in base64, at most 64 KiB together and 1,000 chunks; only if the inspector was told to keep payload. */
  readonly payload?: readonly Passed[];
}

/** Bytes that passed. */
export interface Passed {
  /** When they passed. */
  readonly at: number;
  /** Whether they arrived or were written. */
  readonly direction: 'in' | 'out';
  /** The bytes. */
  readonly base64: string;
}

/** Something that has happened. Words of it are data: they come from peers and programs. `reason` has at most 300 characters. */
export type InspectorEvent = {
  /** Its number among all that have happened, from 1: the same event has the same number for every viewer. */
  readonly number: number;
  /** When it happened. */
  readonly at: number;
} & (
  | {
      readonly kind: 'listening';
      /** The address of the port. */
      readonly host: string;
    }
  | {
      readonly kind: 'stoppedListening';
      /** The address that the port had. */
      readonly host: string;
    }
  | {
      readonly kind: 'made';
      /** The number of the connection. */
      readonly connection: number;
      /** The class of its protocol. */
      readonly protocol: string;
      /** The address of the peer, if it is known. */
      readonly peer?: string;
    }
  | {
      readonly kind: 'lost';
      /** The number of the connection. */
      readonly connection: number;
      /** The class of its protocol. */
      readonly protocol?: string;
      /** The address of the peer, if it is known. */
      readonly peer?: string;
      /** Why it ended: the name and message of the error that its protocol got. */
      readonly reason: string;
      /** Whether it ended in order, with a `ConnectionDone`. */
      readonly orderly: boolean;
    }
  | {
      readonly kind: 'refused';
      /** The address that it came from. */
      readonly peer: string;
      /** By what refusals are counted, such as `CONNECTION_LIMIT`. */
      readonly code: string;
      /** Why it was refused. */
      readonly reason: string;
    }
  | {
      readonly kind: 'attempt';
      /** Where it connects to. */
      readonly destination: string;
      /** What the connector does. */
      readonly state: ConnectorState;
      /** Why it failed. */
      readonly reason?: string;
    }
  | {
      readonly kind: 'slow';
      /** The callback that held the event loop. */
      readonly callback: SlowCallback;
    }
  | {
      readonly kind: 'error';
      /** What failed: a class of protocols with its peer, or what else was called. */
      readonly who: string;
      /** The name of the callback. */
      readonly where: string;
      /** The name and message of the error. */
      readonly reason: string;
      /** Where it was thrown, at most 2,000 characters. */
      readonly stack?: string;
    }
);

/** What was recorded since the frame before, for at most 200 connections. */
export interface TimelineSlice {
  /** When it begins: at the frame before. */
  readonly from: number;
  /** When it ends. */
  readonly to: number;
  /** The connections that did something in it, or are open. */
  readonly lanes: readonly LaneSlice[];
  /** Callbacks: when they began, for how many milliseconds they ran, of which connection (0: of none), and what they are. */
  readonly callbacks: readonly (readonly [at: number, ms: number, connection: number, name: string])[];
  /** How many chunks and callbacks had no room. */
  readonly missed: number;
}

/** What one connection did. */
export interface LaneSlice {
  /** The number of the connection. */
  readonly id: number;
  /** The class of its protocol, or its peer until it has one. */
  readonly label: string;
  /** Chunks: when, and how many bytes; negative for those written. */
  readonly chunks: readonly (readonly [at: number, bytes: number])[];
  /** What it waited for, other than nothing. */
  readonly waits: readonly (readonly [from: number, to: number, waiting: WaitsFor])[];
}

/** A process among several. */
export interface ProcessChoice {
  /** Its place among the workers. */
  readonly slot: number;
  /** How many reloads it has come after. */
  readonly generation: number;
  /** The id of the process. */
  readonly pid: number;
  /** Whether the frame is of this one. */
  readonly shown: boolean;
}
