import { oneLine } from '../values/one-line.ts';

/**
 * Every connection that ended ended with one of these, with a `TimeoutError` by a policy, or with an error of the protocol's own:
 * one that it threw or gave to `abortConnection`.
 */
export class ConnectionClosed extends Error {
  override name = 'ConnectionClosed';
}

/** Both sides closed in order. The engine gives the same frozen object to every connection: an error is dear to make. */
export class ConnectionDone extends ConnectionClosed {
  override name = 'ConnectionDone';
  constructor(message = 'the connection was closed in order') {
    super(message);
  }
}

/** The connection was cut: reset by the peer, given up by the network. */
export class ConnectionLost extends ConnectionClosed {
  override name = 'ConnectionLost';
  constructor(message = 'the connection was lost', options?: ErrorOptions) {
    super(message, options);
  }
}

/** This side ended the connection at once. */
export class ConnectionAborted extends ConnectionClosed {
  override name = 'ConnectionAborted';
  constructor(message = 'the connection was aborted by this side') {
    super(message);
  }
}

/** A connection attempt failed. */
export class ConnectError extends Error {
  override name = 'ConnectError';
}

/** The host name has no address. */
export class DNSLookupError extends ConnectError {
  override name = 'DNSLookupError';
}

/** Nobody listens at that address. */
export class ConnectionRefusedError extends ConnectError {
  override name = 'ConnectionRefusedError';
}

/** The network has no way to that host. */
export class NoRouteError extends ConnectError {
  override name = 'NoRouteError';
}

/** It took longer than allowed: an attempt, or a connection whose time is bounded. */
export class TimeoutError extends ConnectError {
  override name = 'TimeoutError';
}

/** The TLS handshake failed: the peer does not speak TLS, or its certificate or this side's is not good. */
export class TLSError extends ConnectError {
  override name = 'TLSError';
}

/** The local address of the attempt cannot be used. */
export class ConnectBindError extends ConnectError {
  override name = 'ConnectBindError';
}

/** The attempt was cancelled by this program. */
export class UserAbortError extends ConnectError {
  override name = 'UserAbortError';
}

/** A port could not be opened; the message is one line. */
export class CannotListenError extends Error {
  override name = 'CannotListenError';
  /** The host or path that was asked for. */
  readonly interface: string;
  /** The port that was asked for; undefined for a UNIX socket. */
  readonly port: number | undefined;
  constructor(place: string, port: number | undefined, why: string, options?: ErrorOptions) {
    const host = place.includes(':') ? `[${place}]` : place;
    super(oneLine(`cannot listen on ${port === undefined ? place : `${host}:${port}`}: ${why}`), options);
    this.interface = place;
    this.port = port;
  }
}

/** `stop` of a reactor that does not run. */
export class ReactorNotRunning extends Error {
  override name = 'ReactorNotRunning';
}

/** `run` of a reactor that runs already. */
export class ReactorAlreadyRunning extends Error {
  override name = 'ReactorAlreadyRunning';
}
