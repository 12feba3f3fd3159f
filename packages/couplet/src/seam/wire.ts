import type { SocketName } from './address.ts';
import type { Cause } from './cause.ts';
import type { KernelSocket } from './kernel.ts';
import type { TlsContext, TlsInfo } from './tls.ts';

/**
 * One byte pipe. No method makes an upcall before it returns, and none throws for what the network does: the sink is told of that. After
 * `onClosed` every method does nothing.
 */
export interface Wire {
  /** The name of this end; undefined where the runtime has forgotten it with the socket and was not asked before. */
  readonly local: SocketName | undefined;
  /** The name of the peer; undefined where the runtime has forgotten it with the socket and was not asked before. */
  readonly peer: SocketName | undefined;
  /**
   * Whether the wire has copied the chunk for which `write` has just returned false, so that it is free again. A wire that always returns
   * false, as one that encrypts does, must say so: a chunk that is kept costs new memory for each message.
   */
  readonly copies: boolean;
  /**
   * Sends a chunk of 1 byte to 256 KiB. Returns true when the kernel has it, and it is free again; false when the wire holds it and takes
   * no other until `onWritable`, which follows exactly once, unless `onWriteFailed` or `onClosed` comes first: it was not sent then.
   */
  write(chunk: Uint8Array): boolean;
  /** Sends FIN after everything written; reading goes on. Called at most once, while no chunk is held. */
  end(): void;
  /** Closes the descriptor in order: what the kernel has still goes out. `onClosed` follows. */
  close(): void;
  /** Cuts the connection with RST where the runtime can; what the kernel has may be lost. `onClosed` follows. */
  abort(): void;
  /** Stops `onData` and `onEof` at once; what arrives waits in the wire. `onClosed` may still come. */
  pause(): void;
  /** Goes on after `pause`, once this call has returned. */
  resume(): void;
  /** Switches Nagle's algorithm off or on; does nothing on a UNIX socket. */
  setNoDelay(on: boolean): void;
  /** Switches TCP keepalive; the first probe follows `initialDelayMs` of silence or more (0: the system's time). Not on a UNIX socket. */
  setKeepAlive(on: boolean, initialDelayMs: number): void;
  /** How many bytes of a chunk that it holds are not with the kernel yet; undefined where the runtime does not tell. */
  readonly unsent?: number | undefined;
  /** What the system tells and does beyond bytes; absent, or undefined, where the runtime hides that. */
  readonly kernel?: KernelSocket | undefined;
  /**
   * Begins a TLS handshake in the role of the context; what the wire carries from then on is encrypted. Called at most once, while no chunk
   * is held. Nothing is written, ended or told until `onSecured`; a handshake that fails closes the wire with a cause of the kind `tls`.
   * `serverName` is the name that a client asks for and verifies: an IP literal, or a host name in A-labels (RFC 5890) and small letters,
   * without a dot at the end; on a server it is empty. `unread` are bytes that the sink already got and that belong to TLS; the wire owns
   * them from then on. Afterwards `end` and `close` send close_notify first, and `onEof` follows the peer's.
   */
  startTls(context: TlsContext, serverName: string, unread: Buffer): void;
}

/** Receives the events of a wire. Each upcall comes from the event loop, never from inside a call on the wire. */
export interface Sink {
  /** Bytes arrived. The sink owns the chunk: the backend does not change or reuse it. */
  onData(chunk: Buffer): void;
  /** The peer closed its side: there is no more data. At most once. */
  onEof(): void;
  /** The chunk for which `write` returned false is with the kernel. */
  onWritable(): void;
  /**
   * The kernel refused what was written: the peer is gone. At most once. The wire takes nothing from then on, but what had arrived before
   * is still delivered, unless reading is paused; then `onClosed` follows, with this cause, and no `onEof`.
   */
  onWriteFailed(cause: Cause): void;
  /** The handshake that `startTls` began is done. Returns the sink of what follows, which may be another one. */
  onSecured(tls: TlsInfo): Sink;
  /** The wire is closed. Once, and nothing follows. */
  onClosed(cause: Cause): void;
}
