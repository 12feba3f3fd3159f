import type { Address } from '../address/address.ts';
import type { Filter } from '../filters/filter.ts';
import type { PeerCredentials } from '../seam/kernel.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Clock } from '../time/clock.ts';
import type { Consumer, Producer } from './producer.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { TLS } from './tls.ts';

/**
 * A protocol's side of its connection. Its methods do not call the protocol back before they return. Writes made in one synchronous
 * run leave together when it ends.
 */
export interface Transport extends Consumer, Producer {
  /** What receivers ask before they pass a message on; undefined unless a policy bounds how fast they do. */
  readonly '~pacer'?: Pick<Filter, 'messageWait' | 'messagePassed'> | undefined;
  /** Does what two writes do, at the cost of one. For what frames consist of; `write` does it where there is no such method. */
  '~writePair'?(first: Uint8Array | string, second: Uint8Array | string): boolean;
  /** The clock of the reactor that owns the connection. */
  readonly clock: Clock;
  /**
   * The reactor that owns the connection. A protocol that opens ports or connections itself does it by this, so that it runs unchanged on
   * the simulated network; it says so by `declare transport: ReactorTransport`, which has this as a `Reactor`.
   */
  readonly reactor: Clock;
  /** True from `pauseProducing` to `resumeProducing`. */
  readonly paused: boolean;
  /** True as soon as `loseConnection`, `abortConnection` or the peer has begun to end the connection. */
  readonly disconnecting: boolean;
  /** True once the connection is gone. */
  readonly disconnected: boolean;
  /**
   * Queues data to be sent. A string is encoded in UTF-8. Bytes are not copied: they may be written again, to any number of
   * connections, but must not change until they are sent.
   *
   * Returns false if more than 64 KiB are queued: a streaming producer has been told to pause then, other code should await
   * `drained`. Without a producer, code that continues after a promise also gets false once other events have waited for 10 ms;
   * `drained` resolves behind them. Never blocks. After the connection has ended it does nothing and returns false. Throws a
   * `TypeError` for anything else than bytes or a string.
   */
  write(data: Uint8Array | string): boolean;
  /**
   * Queues several pieces of data to be sent one after the other. Returns false if more than 64 KiB are queued, or the connection
   * has ended. Throws a `TypeError` for a piece that is neither bytes nor a string; the pieces before it are queued.
   */
  writeSequence(data: Iterable<Uint8Array | string>): boolean;
  /**
   * Closes the connection in order: everything written is sent, a registered producer finishes, then the connection closes. What
   * still arrives is dropped. `connectionLost` is called with a `ConnectionDone` when the peer has closed too, or has taken too
   * long. A second call does nothing.
   */
  loseConnection(): void;
  /**
   * Ends the connection at once: drops what is queued, and resets the connection. `connectionLost` is called, later, with
   * `reason`, a `ConnectionAborted` unless given. A second call does nothing.
   */
  abortConnection(reason?: Error): void;
  /**
   * Ends the connection at once because the program failed, as if a callback had thrown the error: it is reported to the
   * observers, and becomes the reason that `connectionLost` gets. Use it for errors of work that is not part of a callback or its
   * promise.
   */
  failConnection(error: unknown): void;
  /**
   * Ends the output after everything written, and goes on reading. The peer sees the end of its input. `writeConnectionLost` is
   * called when that is done. If the peer has ended its output already, this closes the connection. A second call does nothing.
   */
  loseWriteConnection(): void;
  /**
   * Changes the connection to TLS (RFC 8446), in the role of `tls`: a `ServerTLS` or a `ClientTLS`. Everything written before is
   * sent in clear, everything written afterwards encrypted, once the handshake is done; `handshakeCompleted` is called then. A
   * handshake that fails or takes too long ends the connection with a `ConnectionLost` or `TimeoutError`.
   *
   * Clear text of the peer is not delivered any more. `unread` is what the protocol received and did not use: TLS reads it first,
   * and anything but the beginning of a handshake ends the connection. The receivers of `couplet/protocols` pass on what they
   * hold by themselves.
   *
   * Does nothing on a connection that ends. Throws an `Error` if TLS is spoken already, a `TLSError` for certificates that cannot
   * be used, and a `TypeError` for a `ClientTLS` that verifies the server and does not have a `serverName`.
   */
  startTLS(tls: TLS, unread?: Uint8Array): void;
  /**
   * What the TLS handshake agreed on, such as the version and the certificate of the peer; undefined while nothing is encrypted.
   */
  readonly tls: TlsInfo | undefined;
  /**
   * The PROXY header that a trusted proxy sent first; undefined if none is expected. `getPeer` and `getHost` return the addresses
   * that it announces, `detailsOf` of `couplet/endpoints` reads its TLVs.
   */
  readonly proxyHeader: ProxyHeader | undefined;
  /**
   * The process at the other end of a UNIX socket and its user, as the system noted them when it connected, or began to listen:
   * nothing that the peer sends can change them. Undefined on other connections, on runtimes that do not tell (all but `couplet/native`), and
   * on a connection that was gone before this was first read. Behind a proxy they are those of the proxy.
   */
  readonly peerCredentials?: PeerCredentials | undefined;
  /**
   * Hands an open file descriptor over to the process at the other end of a UNIX socket (SCM_RIGHTS, unix(7)), which gets it no later than
   * the bytes that are written next: write at least one byte afterwards, and better a message that says what it is for. The descriptor is copied
   * at once, so this process may close its own. If the connection ends before those bytes are sent, nothing is handed over.
   *
   * Undefined where that is impossible: only UNIX sockets of `couplet/native` without TLS have it. Does nothing once nothing can be
   * written any more. Throws an `Error` if the descriptor is not open, or if 253 wait for bytes already.
   */
  readonly sendFileDescriptor?: ((fd: number) => void) | undefined;
  /** Returns the address of this end. */
  getHost(): Address;
  /** Returns the address of the peer. */
  getPeer(): Address;
  /** Stops calls of `dataReceived` at once. What arrives meanwhile waits, first here and then at the peer. */
  pauseProducing(): void;
  /** Lets `dataReceived` be called again, later, beginning with what waits. `readingResumed` is called first. */
  resumeProducing(): void;
  /** Closes the connection in order, as `loseConnection` does. Called by the consumer of this connection's data when it is gone. */
  stopProducing(): void;
  /**
   * Resolves to true when there is room to write again: at once unless more than 64 KiB were queued, or other events wait.
   * Resolves to false once nothing can be written any more. Never rejects.
   */
  drained(): Promise<boolean>;
  /** Tells a transport outside the engine, such as one for tests, which protocol it serves. `Protocol.makeConnection` calls it. */
  attach?(protocol: { readingResumed?(): unknown; handshakeCompleted?(): unknown; takeUnread?(): Buffer }): void;
  /**
   * Switches Nagle's algorithm off (true) or on (false). Unless this is called, the engine switches it off before the second
   * write. Does nothing on UNIX sockets.
   */
  setTcpNoDelay(on: boolean): void;
  /**
   * Switches TCP keepalive on or off. The first probe is sent after `initialDelayMs` milliseconds of silence, rounded up to whole
   * seconds; 0, the default, stands for the default of the system.
   */
  setTcpKeepAlive(on: boolean, initialDelayMs?: number): void;
}
