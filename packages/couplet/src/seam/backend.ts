import type { HostAddress, SocketName } from './address.ts';
import type { Cause } from './cause.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from './tls.ts';
import type { Sink, Wire } from './wire.ts';

/**
 * Where to listen. A `host` is an IP literal; port 0 picks a free one. A descriptor is one that the process inherited, of a
 * socket that is bound; it belongs to the listener from then on. Standard input and output are accepted as one wire.
 */
export type ListenPlace =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly backlog: number }
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number; readonly backlog: number }
  | { readonly kind: 'fd'; readonly fd: number; readonly backlog: number }
  | { readonly kind: 'stdio' };

/** Where to connect to. Hosts are IP literals: names are resolved above the seam. */
export type ConnectPlace =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** What to bind to; any address and port where undefined. */
      readonly localHost: string | undefined;
      readonly localPort: number | undefined;
    }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'stdio' };

/** A listening socket. */
export interface Listener {
  readonly name: SocketName;
  /** Resolves once the port is free for others. Accepted wires live on. */
  close(): Promise<void>;
  /** Resolves when it has accepted its last wire and that one is gone; only standard input and output have an end. */
  readonly exhausted?: Promise<void>;
}

/** What comes of a connection attempt: one of the two, once, later than the call. */
export interface Attempt {
  /** Takes the wire and returns its sink, or null to refuse it: the backend then closes the wire. */
  onConnected(wire: Wire): Sink | null;
  onFailed(cause: Cause): void;
}

/** The signals that end a program. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/**
 * What a runtime must provide: byte pipes, one timer, and what else comes from outside. Three runtimes and the
 * simulated network implement it; nothing above it touches a runtime.
 */
export interface Backend {
  /** Names the runtime in error messages and benchmarks. */
  readonly name: string;
  /** The number of the process. */
  readonly pid: number;
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Milliseconds since 1970 (UTC); may jump. */
  wallClock(): number;
  /** At least 0, less than 1. */
  random(): number;
  /**
   * Sets the only timer: `ring` is called once, at `at` on the clock of `now()` or later, never earlier, and then the
   * alarm is off. A further call replaces the time; `undefined` switches it off. An alarm that is on keeps the process
   * alive, and `Infinity` does nothing else.
   */
  alarm(at: number | undefined, ring: () => void): void;
  /** Runs the task after the code that runs now, before any other event. */
  defer(task: () => void): void;
  /** Runs the task after the events that wait already: a long job lets the others have their turn. */
  yield(task: () => void): void;
  /**
   * Listens; resolves to the cause when that fails. `accept` takes each new wire and returns its sink, or null to refuse.
   * `troubled` hears when a connection could not be accepted, where the runtime tells; the listener stays up.
   */
  listen(
    place: ListenPlace,
    accept: (wire: Wire) => Sink | null,
    troubled: (cause: Cause) => void,
  ): Promise<Listener | Cause>;
  /** Connects; after `cancel` nothing is called. */
  connect(place: ConnectPlace, attempt: Attempt): { cancel(): void };
  /** Makes what handshakes need of certificates and keys; the cause, of the kind `tls`, when they cannot be used. */
  tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause;
  /** Looks a host name up, all addresses in the resolver's order (RFC 6724), or the cause why there is none. */
  resolve(host: string): Promise<readonly HostAddress[] | Cause>;
  /** A variable of the process's environment. */
  environment(name: string): string | undefined;
  /** The whole of a file, or the cause why it cannot be read. */
  readFile(path: string): Promise<Buffer | Cause>;
  /** Catches SIGINT and SIGTERM until the returned function is called. */
  catchSignals(caught: (signal: StopSignal) => void): () => void;
  /** Writes a line to standard error; where that is a terminal the lines in place of it, which are easier to read. */
  complain(line: string, lines?: readonly string[]): void;
  /** Memory of the engine's own that a wire was handed is out of use: it may be spoiled, so that a wrong use shows. */
  released?(bytes: Buffer): void;
}
