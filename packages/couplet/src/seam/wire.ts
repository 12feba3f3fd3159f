import type { SocketName } from './address.ts';
import type { Cause } from './cause.ts';
import type { TlsContext, TlsInfo } from './tls.ts';

/**
 * One byte pipe. No method makes an upcall before it returns, and none throws for what the network does: that arrives
 * at the sink. After `onClosed` every method does nothing.
 */
export interface Wire {
  /** This end's name; undefined where the runtime has forgotten it with the socket and was not asked before. */
  readonly local: SocketName | undefined;
  /** The peer's name; undefined likewise. */
  readonly peer: SocketName | undefined;
  /**
   * Whether the chunk that `write` has just answered with false is free again nevertheless: the wire has a copy. A wire that always
   * answers false, as one that encrypts does, must say so: what it keeps instead costs memory anew for each message.
   */
  readonly copies: boolean;
  /**
   * Sends a chunk of 1 byte to 256 KiB. True: the kernel has it and the chunk is free again. False: the wire holds
   * this one chunk and takes no other until `onWritable`, which follows exactly once, unless `onWriteFailed` or `onClosed`
   * comes first: a chunk that the kernel refused was not sent.
   */
  write(chunk: Uint8Array): boolean;
  /** Sends FIN after everything written. Called at most once, with no chunk held; reading goes on. */
  end(): void;
  /** Gives up the descriptor in order: what the kernel has still goes out. `onClosed` follows. */
  close(): void;
  /** Cuts the connection with RST where the runtime can; what the kernel has may be lost. `onClosed` follows. */
  abort(): void;
  /** Stops `onData` and `onEof`, at once and truly; what arrives waits in the wire. `onClosed` may still come. */
  pause(): void;
  /** Goes on after `pause`, later. */
  resume(): void;
  /** Switches Nagle's algorithm off or on; nothing on a UNIX socket. */
  setNoDelay(on: boolean): void;
  /**
   * Switches TCP keepalive; the first probe goes out after `initialDelayMs` of silence (0: the system's default), or somewhat
   * later where the runtime counts in larger units. Nothing on a UNIX socket.
   */
  setKeepAlive(on: boolean, initialDelayMs: number): void;
  /** How many bytes of a chunk that it holds the kernel does not have yet, where the runtime tells. */
  readonly unsent?: number | undefined;
  /**
   * Begins a TLS handshake in the role of the context; what the wire carries from then on is encrypted. Called at most once,
   * with no chunk held. Nothing is written, ended or told until `onSecured`; a handshake that fails closes the wire with a
   * cause of the kind `tls`. `serverName` is whom a client asks for and verifies: an IP literal, or a host name in
   * A-labels (RFC 5890) and small letters, without a dot at the end; a server gives the empty string. `unread` is what the sink got already and belongs to TLS; the wire owns it from then on.
   * Afterwards `end` and `close` send close_notify first, and `onEof` follows the peer's.
   */
  startTls(context: TlsContext, serverName: string, unread: Buffer): void;
}

/** Who gets what a wire receives. Each upcall comes from the event loop, never from inside a call on the wire. */
export interface Sink {
  /** Bytes arrived. The chunk is the sink's: nobody else changes or reuses it. */
  onData(chunk: Buffer): void;
  /** The peer closed its side: no more data. Once. */
  onEof(): void;
  /** The chunk that `write` answered with false is with the kernel. */
  onWritable(): void;
  /**
   * The kernel refused what was written: the peer is gone. At most once. The wire takes nothing from then on, but what had
   * arrived before is still delivered, unless reading is paused; then `onClosed` follows, with this cause, and no `onEof`.
   */
  onWriteFailed(cause: Cause): void;
  /** The handshake that `startTls` began is done. Answers who gets what follows: it may be another sink. */
  onSecured(tls: TlsInfo): Sink;
  /** The wire is gone. Once, and nothing follows. */
  onClosed(cause: Cause): void;
}
