import type { ProxyOptions } from '../haproxy/options.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS, ServerTLS } from '../protocol/tls.ts';
import { described } from '../values/checks.ts';

/** Options of `run`. */
export interface RunOptions {
  /** Whether SIGINT and SIGTERM stop the reactor; true unless set. */
  readonly signals?: boolean;
  /**
   * How long, in milliseconds, connections may take to end in order when the reactor stops: what is unsent goes out, and the
   * peer has its time to close; 1,000 unless set. A second signal ends that time.
   */
  readonly stopLingerMs?: number;
}

/** Options of every port: of `adoptStreamPort`, and of what follows. */
export interface PortOptions extends ConnectionOptions {
  /** How many connections may wait to be accepted; 4,096 unless set. */
  readonly backlog?: number;
  /** TLS for its connections, from their first byte on. */
  readonly tls?: ServerTLS;
  /** Proxies in front of it announce whom they speak for: every connection has to begin with a PROXY header, and TLS follows it. */
  readonly haproxy?: ProxyOptions;
}

/** Options of `listenTCP`. */
export interface ListenOptions extends PortOptions {
  /** The IP literal or host name to listen on; `0.0.0.0`, all IPv4 interfaces, unless set. `::` is all of both families. */
  readonly interface?: string;
}

/** Options of `listenUNIX`. */
export interface ListenUNIXOptions extends PortOptions {
  /** The socket's permissions; 0o660 unless set. */
  readonly mode?: number;
}

/** Options of every attempt: of `connectStdio` and of endpoints, and of what follows. */
export interface DialOptions extends ConnectionOptions {
  /** TLS, from the first byte on. The server's certificate must have the name of the host that is connected to, or `serverName`. */
  readonly tls?: ClientTLS;
  /**
   * What to send first, before TLS: the PROXY header of the connection that this one passes on, or the version, 1 or 2, of a
   * header that announces this end itself. One that cannot be written fails the attempt with a `ConnectError`.
   */
  readonly proxyHeader?: ProxyHeader | 1 | 2;
  /** How long an attempt may take, name lookup and handshake included; 30,000 unless set, `Infinity` for no bound. */
  readonly timeoutMs?: number;
  /** Cancels the attempt: `clientConnectionFailed` comes with `UserAbortError`. */
  readonly signal?: AbortSignal;
}

/** Options of `connectTCP`. */
export interface ConnectOptions extends DialOptions {
  /** The one family of addresses to use; both unless set. */
  readonly family?: 'IPv4' | 'IPv6';
  /** The local IP literal to connect from. */
  readonly bindAddress?: string;
  /** The local port to connect from. */
  readonly bindPort?: number;
  /**
   * Decides when the host's name is looked up, which is at once unless set: gets what begins that, calls it now or later, and returns
   * what takes it back. For names that others choose: a few that the system has no answer for keep it from looking up any.
   */
  readonly queueLookup?: (lookUp: () => Promise<unknown>) => () => void;
}

/** Options of `connectUNIX`. */
export interface ConnectUNIXOptions extends DialOptions {}

/** Throws a `TypeError` unless the options are an object: only leaving them out gives the defaults. */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options is ${described(options)}, not an object such as { closeTimeoutMs: 1000 }`);
}
