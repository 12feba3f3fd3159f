import type { SocketName } from './address.ts';
import type { AdoptPlace } from './adopt.ts';
import type { Cause } from './cause.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from './tls.ts';
import type { Sink, Wire } from './wire.ts';

/** Where to listen. A kind that the runtime lacks fails with a cause. Standard input and output are accepted as one wire. */
export type ListenPlace = (
  | {
      readonly kind: 'tcp';
      /** The interface: an IP literal without brackets. */
      readonly host: string;
      /** The port, 0 to 65,535; 0 picks a free one. */
      readonly port: number;
      /** How many connections may wait to be accepted, 1 or more. */
      readonly backlog: number;
      /** Whether `::` leaves IPv4 to others (IPV6_V6ONLY); no unless true. */
      readonly ipv6Only?: boolean;
      /** Whether others may bind the same address if they say so too (SO_REUSEPORT, socket(7)); no unless true. */
      readonly reusePort?: boolean;
    }
  | {
      readonly kind: 'unix';
      /** The path of the socket. */
      readonly path: string;
      /** The permissions of the socket's file (chmod(2)). */
      readonly mode: number;
      /** How many connections may wait to be accepted, 1 or more. */
      readonly backlog: number;
    }
  | {
      readonly kind: 'fd';
      /** A descriptor that the process inherited, of a bound socket; it belongs to the listener from then on. */
      readonly fd: number;
      /** The path by which others know it, of a UNIX socket; the one that it was bound to unless set. */
      readonly path?: string;
      /** How many connections may wait to be accepted, 1 or more. */
      readonly backlog: number;
    }
  | { readonly kind: 'stdio' }
) & {
  /** Nothing of an accepted wire is read before its first `resume`, where the runtime can; a sink calls `pause` nevertheless. */
  readonly paused?: boolean;
  /** The peer of an accepted wire is asked for at once, so one that is not known any more, after a reset, is not handed over. */
  readonly asked?: boolean;
};

/** Where to connect to. Names are resolved above the seam. */
export type ConnectPlace =
  | {
      readonly kind: 'tcp';
      /** The host: an IP literal without brackets. */
      readonly host: string;
      /** The port, 1 to 65,535. */
      readonly port: number;
      /** The local address to bind to, an IP literal; any where undefined. */
      readonly localHost: string | undefined;
      /** The local port to bind to; any where undefined. */
      readonly localPort: number | undefined;
    }
  | Pick<Extract<ListenPlace, { kind: 'unix' }>, 'kind' | 'path'>
  | { readonly kind: 'stdio' };

/** A listening socket. */
export interface Listener {
  /** The name that it is bound to, with the port that was picked. */
  readonly name: SocketName;
  /** Stops accepting at once, and resolves when the port is free for others. Accepted wires live on. Called at most once. */
  close(): Promise<void>;
  /** In place of `close`: stops accepting, and keeps the socket for a further `listen` on its `fd`. Absent where it cannot. */
  suspend?(): Promise<void>;
  /** Resolves when it has accepted its last wire and that one is gone. Only standard input and output have one. */
  readonly exhausted?: Promise<void>;
}

/** Receives the events of a listener until `close`, each from the event loop. */
export interface ListenSink {
  /** Takes a new wire and returns its sink, or null to refuse it: the backend then closes the wire. */
  onAccepted(wire: Wire): Sink | null;
  /**
   * A connection could not be accepted, where the runtime reports it, or the listener is not quite as it was asked for. It stays up, and
   * tries again by itself.
   */
  onAcceptFailed(cause: Cause): void;
}

/** Receives the outcome of an operation that takes time: one of the two is called, once, after the call that began it. */
export interface Settled<T, E = Cause> {
  /** The operation succeeded. Returns the sink of the new wire, or null to refuse it: its maker then closes it. */
  onReady(value: T): Sink | null;
  /** The operation failed, for this reason. */
  onFailed(reason: E): void;
}

/** Byte pipes: TCP, UNIX sockets, standard input and output, and TLS on them. */
export interface Streams {
  /** Listens. Resolves to the listener, or to the cause when that fails. It never rejects. */
  listen(place: ListenPlace, sink: ListenSink): Promise<Listener | Cause>;
  /** Connects. `cancel` ends the attempt: no method of `attempt` is called from then on, and a wire that was made is closed. */
  connect(place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void };
  /** Makes a wire of a connection that exists already, and is not read. Absent where it cannot. */
  adopt?(place: AdoptPlace, settled: Settled<Wire>): void;
  /** Prepares certificates and keys for handshakes; may be called again. Returns a cause of the kind `tls` when they cannot be used. */
  tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause;
}
