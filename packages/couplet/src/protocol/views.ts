import type { PeerCredentials, TcpInfo } from '../seam/kernel.ts';
import type { Details } from '../values/details.ts';

/**
 * The state of a connection, seen from this end:
 *
 * - `arriving`: it has no protocol yet
 * - `open`: both directions
 * - `shutting`: our output ends once everything is sent; input is delivered
 * - `reading`: our output has ended; input is delivered
 * - `writing`: the peer's output has ended, and the protocol goes on writing
 * - `closing`: it closes once everything is sent; input is dropped
 * - `finishing`: the same, and the peer's output has ended
 * - `lingering`: our output has ended; input is dropped until that of the peer ends
 * - `leaving`: both directions have ended, and the socket is closing
 * - `aborting`: this side ended it at once, and the socket is closing
 * - `broken`: the system refused our output; input that had arrived is delivered
 * - `delivering`: the socket is closed; input that had arrived is delivered
 * - `concluding`: the socket is closed; a promise of a callback is pending
 * - `gone`: it is over
 */
export type ConnectionState =
  | 'arriving'
  | 'open'
  | 'shutting'
  | 'reading'
  | 'writing'
  | 'closing'
  | 'finishing'
  | 'lingering'
  | 'leaving'
  | 'aborting'
  | 'broken'
  | 'delivering'
  | 'concluding'
  | 'gone';

/**
 * What keeps a connection from going on. `paused`: its protocol paused reading. `promise`: a promise that a callback returned is
 * pending. `peer`: the peer takes none of what is unsent, has not closed yet, or has not sent its PROXY header. `handshake`: a TLS
 * handshake is under way. `admission`: the verdict of a policy is awaited. `nothing`: it waits for input, as most connections do.
 */
export type WaitsFor = 'nothing' | 'paused' | 'promise' | 'peer' | 'handshake' | 'admission';

/** A connection as it was at one moment. It is a copy: it does not change, and keeps nothing alive. */
export interface ConnectionView {
  /** Unique among the connections, ports, connectors and processes of the reactor, from the moment at which the connection was accepted. */
  readonly id: number;
  /** Whether a port accepted the connection, or a connector made it. */
  readonly role: 'server' | 'client';
  /** The `id` of its port or connector. */
  readonly origin: number;
  /** The name of its factory: what `logPrefix` of that returns. */
  readonly factory: string;
  /** The class of its protocol; absent until it has one. */
  readonly protocol?: string;
  /** The address of this end, as in a URL; that of its port if the socket was gone before an observer or the protocol asked. */
  readonly host: string;
  /** The address of the peer, as in a URL; absent if the socket was gone before an observer or the protocol asked. */
  readonly peer?: string;
  /** When it was accepted, in milliseconds of the reactor's `now()`. */
  readonly since: number;
  /** For how many milliseconds it has been there; of a connection that is gone, for how many it was. */
  readonly durationMs: number;
  /** What it does. */
  readonly state: ConnectionState;
  /** What keeps it from going on. */
  readonly waiting: WaitsFor;
  /** How many bytes arrived for the protocol, without those of TLS and of a PROXY header. */
  readonly bytesIn: number;
  /** How many bytes the system has taken from the protocol, without those of TLS. */
  readonly bytesOut: number;
  /** In how many chunks the bytes arrived. */
  readonly reads: number;
  /** In how many chunks the bytes were given to the system. */
  readonly writes: number;
  /** How many bytes are written and not taken by the system yet. */
  readonly queued: number;
  /** The most bytes that were ever queued. */
  readonly maxQueued: number;
  /** `maxWriteBufferBytes`, if it is set. */
  readonly limit?: number;
  /** The producer that is registered: of which kind, and whether it has to wait. */
  readonly producer?: 'push' | 'pull' | 'paused';
  /** For how many milliseconds no byte has moved, where a policy such as `timeoutIdle` keeps that. */
  readonly idleMs?: number;
  /** What the TLS handshake agreed on. */
  readonly tls?: Details;
  /** What a PROXY header announced: `source` and `destination`, and `via`, the address of the proxy that sent it. */
  readonly proxy?: Details;
  /** What `describe` of the protocol returns, at most 20 entries of 200 characters. */
  readonly facts?: Details;
}

/** One connection in detail: with what the system is asked for only when one looks at that connection. */
export interface ConnectionDetail extends ConnectionView {
  /** What the system knows of the TCP connection; absent on other sockets, and where the runtime does not tell (all but `couplet/native`). */
  readonly tcp?: TcpInfo;
  /** The process at the other end of a UNIX socket, and its user; absent in the same way. */
  readonly credentials?: PeerCredentials;
}

/** What a port, or a reactor, has had so far. Every accepted connection is in `connected`, in `refused`, or is arriving. */
export interface Totals {
  /** How many connections were accepted, or made by connectors. */
  readonly accepted: number;
  /** How many of them got their protocol. */
  readonly connected: number;
  /** How many have their protocol at present. */
  readonly open: number;
  /** The most that had their protocol at a time. */
  readonly most: number;
  /** How many had their protocol and are gone. */
  readonly lost: number;
  /** How many bytes arrived for their protocols. */
  readonly bytesIn: number;
  /** How many bytes the system took from their protocols. */
  readonly bytesOut: number;
  /** How many were refused, by the code of the reason without `COUPLET_`: `{ CONNECTION_LIMIT: 3 }`. */
  readonly refused: Readonly<Record<string, number>>;
  /**
   * How many errors were reported: of a port those of its protocols, and those of its factory and policies when a connection came;
   * of a reactor all, whatever they came from.
   */
  readonly errors: number;
  /** How many times the system refused to accept a connection, for instance for want of descriptors, where the runtime tells. */
  readonly acceptFailures: number;
}

/** A port at one moment: one that listens, or has stopped and still has connections. */
export interface PortView {
  /** Unique among the connections, ports, connectors and processes of the reactor. */
  readonly id: number;
  /** The address where it listens, as in a URL. */
  readonly host: string;
  /** The name of its factory: what `logPrefix` of that returns. */
  readonly factory: string;
  /** False once it has stopped listening, for instance to drain. */
  readonly listening: boolean;
  /** When it opened, in milliseconds of the reactor's `now()`. */
  readonly since: number;
  /** What it has had since it opened. */
  readonly totals: Totals;
  /** What the policies around the factory show, the one next to the network first. */
  readonly policies: readonly Details[];
  /** What `describe` of the factory returns, at most 20 entries of 200 characters. */
  readonly facts?: Details;
}

/**
 * What a connector does: it looks a host name up, tries the addresses, is connected, has failed, or waits until the next attempt.
 */
export type ConnectorState = 'resolving' | 'racing' | 'connected' | 'failed' | 'waiting';

/** A connector at one moment: of `connectTCP` and its like, or of a factory or service that waits for its next attempt. */
export interface ConnectorView {
  /** Unique among the connections, ports, connectors and processes of the reactor. */
  readonly id: number;
  /** Where it connects to: `host:port`, or the path of a UNIX socket. */
  readonly destination: string;
  /** What it does. */
  readonly state: ConnectorState;
  /** How many attempts it has begun. */
  readonly attempts: number;
  /** In how many milliseconds the next attempt begins; absent unless it waits. */
  readonly retryInMs?: number;
}

/**
 * What a process that `spawnProcess` started does:
 *
 * - `starting`: it is not known yet whether it runs
 * - `running`: it runs, and a pipe is open
 * - `silent`: it runs, and no pipe is open
 * - `exited`: it has ended, or was let go, and a pipe is open
 * - `ending`: that is over, too; a promise of a callback may be pending
 */
export type ProcessState = 'starting' | 'running' | 'silent' | 'exited' | 'ending';

/** A process that `spawnProcess` started, at one moment. One of `connectProcess` is a connection. */
export interface ProcessView {
  /** Unique among the connections, ports, connectors and processes of the reactor. */
  readonly id: number;
  /** The class of its protocol. */
  readonly protocol: string;
  /** The command, without its arguments, which may be secret. */
  readonly command: string;
  /** The id that the system gave it; absent until it runs. */
  readonly pid?: number;
  /** What it does. */
  readonly state: ProcessState;
  /** When it was started, in milliseconds of the reactor's `now()`. */
  readonly since: number;
  /** How many bytes of its output and error output have arrived. */
  readonly bytesIn: number;
  /** How many bytes the system has taken for its input. */
  readonly bytesOut: number;
  /** How many bytes are written and not taken by the system yet, without those from before it ran. */
  readonly queued: number;
}

/** A timer that waits. */
export interface TimerView {
  /** Unique among the timers of the reactor. */
  readonly id: number;
  /** In how many milliseconds it is due; negative if it is late. */
  readonly dueInMs: number;
}

/** A callback that kept the event loop for a long time. */
export interface SlowCallback {
  /** The class of the protocol, factory or policy, or what else made the call. */
  readonly who: string;
  /** The name of the callback, such as `dataReceived`. */
  readonly where: string;
  /** For how many milliseconds it ran. A callback that was slow inside it is not counted in. */
  readonly ms: number;
  /** When it ended, in milliseconds of the reactor's `now()`. */
  readonly at: number;
  /** The `id` of its connection; absent if it does not belong to one. */
  readonly connection?: number;
}

/** A callback that has run. */
export interface TimedCallback {
  /** The class of the protocol, factory or policy, or what else made the call. */
  readonly who: string;
  /** The name of the callback, such as `dataReceived`. */
  readonly where: string;
  /** For how many milliseconds it ran, with all that ran inside it: it began at `at - ms`. */
  readonly ms: number;
  /** When it ended, in milliseconds of the reactor's `now()`. */
  readonly at: number;
  /** The `id` of its connection; absent if it does not belong to one. */
  readonly connection?: number;
}

/** A chunk of bytes that has moved. It keeps nothing alive. */
export interface MovedChunk {
  /** The `id` of its connection. */
  readonly connection: number;
  /** `in` for a chunk that arrived for the protocol, `out` for one that the system has taken from it. */
  readonly direction: 'in' | 'out';
  /** How many bytes it has, without those of TLS. */
  readonly bytes: number;
  /** When it was delivered to the protocol, or the system had taken it, in milliseconds of the reactor's `now()`. */
  readonly at: number;
}

/** What the event loop did, since an observer with `slowCallback` or `callback` is there. */
export interface LoopView {
  /** Since when, in milliseconds of the reactor's `now()`. */
  readonly since: number;
  /** For how many milliseconds callbacks have run; what they do after an `await` is not counted. */
  readonly busyMs: number;
  /** The part of the time in which they did not run: 0 to 1. */
  readonly asleep: number;
  /** How late timers rang, in milliseconds, of the last 256; all 0 if none has. */
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /**
   * The last 32 callbacks that were slow, the oldest first: by the least `slowCallbackMs` of the observers with `slowCallback`, or of 10
   * milliseconds where there is none.
   */
  readonly held: readonly SlowCallback[];
}

/**
 * A reactor as it is: the numbers are those of the moment of the call, and the iterations make their views while they go on. Looking
 * changes nothing, and a view keeps nothing alive. An iteration may wait in between: what is gone meanwhile is seen as it was last.
 */
export interface ReactorView {
  /** The name of the backend, such as `node`. */
  readonly runtime: string;
  /** The reactor's `now()`, in milliseconds. */
  readonly now: number;
  /** When the reactor was made, in milliseconds of `now()`. */
  readonly since: number;
  /** True from `run` until everything has ended after `stop`. */
  readonly running: boolean;
  /** Of all ports and connectors, those that are gone included. */
  readonly totals: Totals;
  /** Absent unless an observer has `slowCallback` or `callback`. */
  readonly loop?: LoopView;
  /** The ports that listen, and those that have stopped and still have connections. */
  ports(): Iterable<PortView>;
  /** The connectors that connect, are connected or wait for their next attempt. */
  connectors(): Iterable<ConnectorView>;
  /** The connections, those included that have no protocol yet. */
  connections(): Iterable<ConnectionView>;
  /** The connection of that `id` in detail, as it is when this is called; undefined if there is none. Looks through all to find it. */
  connection(id: number): ConnectionDetail | undefined;
  /** The processes that `spawnProcess` started, until their protocols were told of the end. */
  processes(): Iterable<ProcessView>;
  /** The delayed calls that wait, in the order in which they are due. */
  timers(): Iterable<TimerView>;
}
