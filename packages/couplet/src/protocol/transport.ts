import type { Address } from '../address/address.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Clock } from '../time/clock.ts';
import type { Consumer, Producer } from './producer.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { TLS } from './tls.ts';

/**
 * A protocol's side of its connection. No method calls the protocol back before it returns. Writes made in one
 * synchronous run leave together when it ends.
 */
export interface Transport extends Consumer, Producer {
  /** The time of the reactor that owns the connection. */
  readonly clock: Clock;
  /** True from `pauseProducing` to `resumeProducing`. */
  readonly paused: boolean;
  /** True from the moment that `loseConnection`, `abortConnection` or the peer began to end the connection. */
  readonly disconnecting: boolean;
  /** True once the connection is gone. */
  readonly disconnected: boolean;
  /**
   * Queues data to be sent. A string is sent as UTF-8. Bytes are not copied: they may be written again, to any number of
   * connections, but must not change until they are sent. Returns false once more than 64 KiB are queued: a streaming producer
   * has been told to pause then. Without a producer, code that continues after a promise also gets false once other events have
   * waited for 10 ms: `drained` resolves behind them. Never blocks; after the connection ended it does nothing and returns
   * false. Throws a `TypeError` for anything else than bytes or a string.
   */
  write(data: Uint8Array | string): boolean;
  /** Queues several pieces as one. */
  writeSequence(data: Iterable<Uint8Array | string>): boolean;
  /**
   * Ends the connection in order: everything written goes out, a registered producer finishes, then the connection
   * closes. What still arrives is thrown away. `connectionLost` comes with `ConnectionDone`.
   */
  loseConnection(): void;
  /**
   * Ends the connection now: drops what is queued, resets the connection. `connectionLost` comes with that reason, a
   * `ConnectionAborted` unless given.
   */
  abortConnection(reason?: Error): void;
  /**
   * Ends the connection now because the program failed, as if a callback had thrown the error: it is reported to the
   * observers, once, and becomes the reason. For work that no callback's promise stands for.
   */
  failConnection(error: unknown): void;
  /**
   * Closes the writing side after everything written, and goes on reading; `writeConnectionLost` tells when. A peer that
   * waits for the end of input gets it. When the peer has ended its output already, this closes the connection.
   */
  loseWriteConnection(): void;
  /**
   * Turns to TLS (RFC 8446), in the role of `tls`: a `ServerTLS` or a `ClientTLS`. Everything written before leaves in clear,
   * everything after it encrypted, once the handshake is done; `handshakeCompleted` tells. What the peer sent before is not
   * delivered any more: `unread`, what the protocol was given and has not used, is for TLS to read, where anything but the
   * beginning of a handshake ends the connection. The receivers of `couplet/protocols` give up what they hold by themselves.
   * A handshake that fails or takes too long ends the connection with the reason `ConnectionLost` or `TimeoutError`.
   *
   * Does nothing on a connection that ends. Throws an `Error` when TLS is spoken already, a `TLSError` for certificates that
   * cannot be used, and a `TypeError` for a `ClientTLS` without a `serverName` that verifies.
   */
  startTLS(tls: TLS, unread?: Uint8Array): void;
  /** What the TLS handshake agreed on; undefined while nothing is encrypted. */
  readonly tls: TlsInfo | undefined;
  /**
   * The PROXY header that a trusted proxy sent first. `getPeer` and `getHost` tell the addresses that it announces, `detailsOf`
   * of `couplet/endpoints` reads its TLVs. Undefined where none is expected.
   */
  readonly proxyHeader: ProxyHeader | undefined;
  /** This end's address. */
  getHost(): Address;
  /** The peer's address. */
  getPeer(): Address;
  /** Stops `dataReceived` at once. What arrives meanwhile waits, and the peer feels it. */
  pauseProducing(): void;
  /** Lets data come again, later, beginning with what waits. */
  resumeProducing(): void;
  /** The same as `loseConnection`: whoever consumed this connection's data does not want any more. */
  stopProducing(): void;
  /** Resolves to true when there is room to write again (at once if there is), to false once the connection is gone. */
  drained(): Promise<boolean>;
  /** Tells a transport outside the engine, one for tests, whom it serves. Protocols call it in `makeConnection`. */
  attach?(protocol: { readingResumed?(): unknown; handshakeCompleted?(): unknown; takeUnread?(): Buffer }): void;
  /** Switches Nagle's algorithm off (true) or on; off is what the engine starts with. Nothing on UNIX sockets. */
  setTcpNoDelay(on: boolean): void;
  /**
   * Switches TCP keepalive; the first probe goes out after `initialDelayMs` (0: the system's default) of silence, which is
   * rounded up to whole seconds.
   */
  setTcpKeepAlive(on: boolean, initialDelayMs?: number): void;
}
