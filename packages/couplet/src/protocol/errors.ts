import { oneLine } from '../values/one-line.ts';

/**
 * Why a connection ended: the base class of the three reasons that the engine gives to `connectionLost`. A connection may also end
 * with the `TimeoutError` of a bound or policy, with a `FramingError`, or with an error that its protocol threw or gave to
 * `abortConnection`.
 *
 * As itself it is thrown by `FileSender.beginFileTransfer` when the consumer stopped before the end of the file; without a cause.
 */
export class ConnectionClosed extends Error {
  override name = 'ConnectionClosed';
  /** Identifies the class, also across two installed copies of Couplet: `COUPLET_CONNECTION_DONE`, for instance. */
  readonly code: string = 'COUPLET_CONNECTION_CLOSED';
}

/**
 * Given to `connectionLost` when the connection was closed in order, by either side. All connections get the same frozen object,
 * since an error is expensive to create. It has no cause.
 */
export class ConnectionDone extends ConnectionClosed {
  override name = 'ConnectionDone';
  override readonly code = 'COUPLET_CONNECTION_DONE';
  /** `message` says why, in one line. */
  constructor(message = 'the connection was closed in order') {
    super(message);
  }
}

/**
 * Given to `connectionLost` when the connection was cut: the peer reset it, the network gave up, or TLS ended without its
 * `close_notify`. The cause is a `Cause`: its `kind` is `reset`, `timeout`, `tls` or `other`, and its `code` is that of the
 * system or of OpenSSL, such as `ECONNRESET`, `EPIPE` or `ETIMEDOUT`, or empty. There is no cause when `startTLS` was called
 * after one side had ended its output.
 */
export class ConnectionLost extends ConnectionClosed {
  override name = 'ConnectionLost';
  override readonly code = 'COUPLET_CONNECTION_LOST';
  /** `message` says why, in one line; `options.cause` is what the system said. */
  constructor(message = 'the connection was lost', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Given to `connectionLost` when this side ended the connection at once: by `abortConnection` without an error of its own,
 * because more than `maxWriteBufferBytes` were queued, because the reactor stopped, or because `buildProtocol` of a client
 * returned null. It has no cause.
 */
export class ConnectionAborted extends ConnectionClosed {
  override name = 'ConnectionAborted';
  override readonly code = 'COUPLET_CONNECTION_ABORTED';
  /** `message` says why, in one line. */
  constructor(message = 'the connection was aborted by this side') {
    super(message);
  }
}

/**
 * A connection attempt failed: given to `clientConnectionFailed`, and what `connect`, `open` and `whenConnected` reject with. The
 * base class of the more precise ones below.
 *
 * As itself it stands for what has no class of its own. The cause is then a `Cause` with the `code` of the system, such as
 * `ENOENT` or `EACCES` of a UNIX socket or `EMFILE`; or, when the PROXY header could not be written, the error that says why.
 */
export class ConnectError extends Error {
  override name = 'ConnectError';
  /** Identifies the class, also across two installed copies of Couplet: `COUPLET_CONNECTION_REFUSED`, for instance. */
  readonly code: string = 'COUPLET_CONNECT';
}

/**
 * A connection attempt failed because the host name has no address. The cause is a `Cause` of the kind `lookup`; its `code` is
 * that of the resolver, such as `ENOTFOUND` or `EAI_AGAIN`, or empty.
 */
export class DNSLookupError extends ConnectError {
  override name = 'DNSLookupError';
  override readonly code = 'COUPLET_DNS_LOOKUP';
}

/** A connection attempt failed because nothing listens at that address. The cause is a `Cause` with the `code` `ECONNREFUSED`. */
export class ConnectionRefusedError extends ConnectError {
  override name = 'ConnectionRefusedError';
  override readonly code = 'COUPLET_CONNECTION_REFUSED';
}

/**
 * A connection attempt failed because the network has no route to the host. The cause is a `Cause` of the kind `unreachable`, whose
 * `code` is `ENETUNREACH`, `EHOSTUNREACH`, `ENETDOWN` or `EHOSTDOWN`, or, where this host has no address of that family,
 * `EADDRNOTAVAIL` or `EAFNOSUPPORT`.
 */
export class NoRouteError extends ConnectError {
  override name = 'NoRouteError';
  override readonly code = 'COUPLET_NO_ROUTE';
}

/**
 * Something took longer than allowed: a connection attempt (`timeoutMs`), a TLS handshake (`handshakeTimeoutMs`), a SOCKS
 * request, the response to a request of `Requests` or of a `ClientService`, a wait of `acceptOne` for its connection, a close
 * (`closeTimeoutMs`), or a connection under `timeoutIdle` or `timeoutAbsolute`; for the last three it is given
 * to `connectionLost`. There is a cause when the system gave up an attempt (`code` is `ETIMEDOUT`) and when a policy ended the
 * connection (`kind` is `expired`, `code` is empty).
 */
export class TimeoutError extends ConnectError {
  override name = 'TimeoutError';
  override readonly code = 'COUPLET_TIMEOUT';
}

/**
 * A TLS handshake failed: the peer does not speak TLS, or its certificate or this side's is not accepted. Also thrown for
 * certificates and keys that cannot be used. The cause is a `Cause` whose `code` is that of OpenSSL or of the runtime, such as
 * `DEPTH_ZERO_SELF_SIGNED_CERT`, `ERR_TLS_CERT_ALTNAME_INVALID` or `ECONNRESET`, or empty when the peer just closed; or a
 * `TLSError` with such a cause; or the error of a file that cannot be read.
 */
export class TLSError extends ConnectError {
  override name = 'TLSError';
  override readonly code = 'COUPLET_TLS';
}

/**
 * A connection attempt failed because its local address cannot be used. The cause is a `Cause` of the kind `bind` with the `code`
 * of the system, such as `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`.
 */
export class ConnectBindError extends ConnectError {
  override name = 'ConnectBindError';
  override readonly code = 'COUPLET_CONNECT_BIND';
}

/** This program cancelled the attempt, or the wait for it or for the connection of `acceptOne`, by a signal or by `disconnect`. It has no cause. */
export class UserAbortError extends ConnectError {
  override name = 'UserAbortError';
  override readonly code = 'COUPLET_USER_ABORT';
}

/**
 * A port could not be opened; `listenTCP`, `listen` and the other ways to listen reject with it. The message is one line. The
 * cause is a `Cause` with the `code` of the system, such as `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` or, for a name, `ENOTFOUND`;
 * a `TLSError` when the certificates cannot be used; or nothing when the reactor stops or stopped meanwhile.
 */
export class CannotListenError extends Error {
  override name = 'CannotListenError';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_CANNOT_LISTEN';
  /** The host or path that was asked for. */
  readonly interface: string;
  /** The port that was asked for; undefined for a UNIX socket. */
  readonly port: number | undefined;
  /** `place` is the host or path, `why` one line; `options.cause` is what the system said. */
  constructor(place: string, port: number | undefined, why: string, options?: ErrorOptions) {
    const host = place.includes(':') ? `[${place}]` : place;
    super(oneLine(`cannot listen on ${port === undefined ? place : `${host}:${port}`}: ${why}`), options);
    this.interface = place;
    this.port = port;
  }
}

/**
 * The reason of the signal `draining` of a `Connection`: the port of the connection has stopped listening, and waits for its
 * connections to end by themselves. It has no cause.
 */
export class PortDraining extends Error {
  override name = 'PortDraining';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_PORT_DRAINING';
  /** How long the port waits, from the moment of the signal, in milliseconds. */
  readonly leftMs: number;
  /** `leftMs` is how long the port waits, in milliseconds. */
  constructor(leftMs: number) {
    super(`the port drains, within ${Math.ceil(leftMs)} ms`);
    this.leftMs = leftMs;
  }
}

/** Thrown by `stop` of a reactor that does not run. It has no cause. */
export class ReactorNotRunning extends Error {
  override name = 'ReactorNotRunning';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_REACTOR_NOT_RUNNING';
}

/** Thrown by `run` of a reactor that runs already. It has no cause. */
export class ReactorAlreadyRunning extends Error {
  override name = 'ReactorAlreadyRunning';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_REACTOR_ALREADY_RUNNING';
}
