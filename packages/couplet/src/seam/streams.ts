import type { SocketName } from './address.ts';
import type { Cause } from './cause.ts';
import type { Settled } from './settled.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from './tls.ts';
import type { Sink, Wire } from './wire.ts';

/**
 * Where to listen. A `host` is an IP literal without brackets; port 0 picks a free one. A `backlog` is how many connections may
 * wait to be accepted, 1 or more; a `mode` the permissions of the socket's file (chmod(2)). A descriptor is one that the process
 * inherited, of a socket that is bound; it belongs to the listener from then on. Standard input and output are accepted as one
 * wire. A kind that the runtime lacks fails with a cause. With `paused`, nothing of an accepted wire is read before its first
 * `resume`, where the runtime can do that; a sink that needs it calls `pause` nevertheless.
 */
export type ListenPlace = (
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly backlog: number }
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number; readonly backlog: number }
  | { readonly kind: 'fd'; readonly fd: number; readonly backlog: number }
  | { readonly kind: 'stdio' }
) & { readonly paused?: boolean };

/** Where to connect to. Hosts are IP literals without brackets: names are resolved above the seam. */
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
  /** What it is bound to: the port that was picked, and the address of that family. */
  readonly name: SocketName;
  /** Stops accepting at once, and resolves when the port is free for others. Accepted wires live on. Called at most once. */
  close(): Promise<void>;
  /** Resolves when it has accepted its last wire and that one is gone; only standard input and output have an end. */
  readonly exhausted?: Promise<void>;
}

/** Receives what comes of a listener, each from the event loop, until `close`. */
export interface ListenSink {
  /** Takes a new wire and returns its sink, or null to refuse it: the backend then closes the wire. */
  onAccepted(wire: Wire): Sink | null;
  /** A connection could not be accepted, where the runtime tells. The listener stays up, and tries again by itself. */
  onAcceptFailed(cause: Cause): void;
}

/** Byte pipes: TCP, UNIX sockets, standard input and output, and TLS on them. */
export interface Streams {
  /** Listens; resolves to the cause when that fails. It never rejects. */
  listen(place: ListenPlace, sink: ListenSink): Promise<Listener | Cause>;
  /** Connects. `cancel` ends the attempt: from then on nothing of `attempt` is called, and what had come of it is closed. */
  connect(place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void };
  /**
   * Makes what handshakes need of certificates and keys, now, since it is rare; the cause, of the kind `tls`, when they cannot
   * be used. The same settings may be asked for again.
   */
  tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause;
}
