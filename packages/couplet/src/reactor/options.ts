import type { Address } from '../address/address.ts';
import type { ProxyOptions } from '../haproxy/options.ts';
import type { ProcessOptions } from '../processes/options.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS, ServerTLS } from '../protocol/tls.ts';
import { described } from '../values/checks.ts';

/** Options of `Reactor.run`. */
export interface RunOptions {
  /** Whether SIGINT and SIGTERM stop the reactor; true unless set. */
  readonly signals?: boolean;
  /**
   * How long connections may take to end in order when the reactor stops, in milliseconds, 0 or more; 1,000 unless set. In that
   * time what is unsent is sent, and the peer may close. A second signal ends it.
   */
  readonly stopLingerMs?: number;
  /**
   * Whether the process may end with its IPC channel open (that of `child_process.fork` and of cluster workers), once everything
   * has ended. The channel stays open until then, and what was sent on it goes out. False unless set: the channel is the
   * program's own, and a listener for its messages keeps the process alive.
   */
  readonly releaseIPC?: boolean;
  /**
   * How long the connections of all ports may take to end by themselves after the first SIGINT or SIGTERM, in milliseconds, 0 or
   * more; 0 unless set. `Infinity` sets no bound. With it that signal drains the ports, as `drain` of a port does, before the
   * reactor stops; `stop` ends the drain, and so does a second signal, after which nothing is waited for. One that comes within 250
   * ms is taken for a copy of the first: a terminal and npm both send one. Without `signals` it has no effect.
   */
  readonly drainTimeoutMs?: number;
}

/** How many connections may wait to be accepted: enough that a burst of clients does not run into the one-second retries of TCP. */
export const DEFAULT_BACKLOG = 4096;
/** The permissions of a UNIX socket's file. */
export const DEFAULT_MODE = 0o660;

/** Options of every port. */
export interface PortOptions extends ConnectionOptions {
  /** How many connections may wait to be accepted, 1 to 2,147,483,647; 4,096 unless set. The system may have a lower limit. */
  readonly backlog?: number;
  /** TLS for the connections of the port, from their first byte on; in clear unless set. */
  readonly tls?: ServerTLS;
  /**
   * How to read the PROXY headers of the proxies in front of the port; there are none unless set. With it every connection has
   * to begin with a PROXY header, before TLS, and its addresses are those that the header announces.
   */
  readonly haproxy?: ProxyOptions;
}

/** Options of `Reactor.listenTCP`. */
export interface ListenOptions extends PortOptions {
  /**
   * The interface to listen on, an IP literal without brackets or a host name; `0.0.0.0`, all IPv4 interfaces, unless set. `::`
   * stands for all interfaces of both families, and with `ipv6Only` for those of IPv6.
   */
  readonly interface?: string;
  /**
   * Whether the port is for IPv6 alone, so that another one can have the same number for IPv4 (IPV6_V6ONLY, ipv6(7)); false unless set.
   * It needs an interface of IPv6; of a name with several addresses the first IPv6 one is taken. On a runtime that cannot do it, Deno,
   * listening fails.
   */
  readonly ipv6Only?: boolean;
  /**
   * Whether other ports may have the same address if they say so too, in this process or in others of the same user: the system then
   * divides new connections between them (SO_REUSEPORT, socket(7)); false unless set. Where that is not possible listening fails: on
   * Deno, on Node before 22.12, and on systems that do not divide connections, such as macOS.
   */
  readonly reusePort?: boolean;
}

/** Options of `Reactor.acceptOne`. */
export interface AcceptOptions extends ListenOptions {
  /**
   * The peer that may connect: an IP address without brackets, or a network such as `192.0.2.0/24`; any unless set. Others are refused, and
   * observers are told of a `NotAllowed`; the port goes on waiting.
   */
  readonly from?: string;
  /** How long to wait for the connection, in milliseconds, 0 or more; 30,000 unless set. `Infinity` sets no bound. */
  readonly timeoutMs?: number;
  /** Ends the wait when it is aborted. It does not affect a connection. */
  readonly signal?: AbortSignal;
}

/** What `Reactor.acceptOne` resolves to: a port that waits for one connection, which a protocol of type P serves. */
export interface Accepting<P> {
  /** The number of the port. */
  readonly port: number;
  /**
   * Resolves to the protocol once it is connected, after its `connectionMade`. Rejects with a `TimeoutError` if it did not come in time, with
   * a `UserAbortError` if the signal was aborted, and with `ReactorStopped` if the reactor ended. A rejection that is not awaited does no
   * harm. The port is closed in each case.
   */
  readonly connection: Promise<P>;
}

/** Options of `Reactor.listenUNIX`. */
export interface ListenUNIXOptions extends PortOptions {
  /** The permissions of the socket's file, 0 to 0o777 (chmod(2)); 0o660 unless set. */
  readonly mode?: number;
}

/** Options of every attempt to connect. */
export interface DialOptions extends ConnectionOptions {
  /**
   * TLS for the connection, from its first byte on; in clear unless set. The server's certificate must be for the `serverName`
   * of this, or for the host that is connected to if it has none.
   */
  readonly tls?: ClientTLS;
  /**
   * The PROXY header to send first, before TLS: that of a connection which this one passes on, or 1 or 2 for a header of that
   * version which announces this end itself. None is sent unless set. If it cannot be written, the attempt fails with a
   * `ConnectError`.
   */
  readonly proxyHeader?: ProxyHeader | 1 | 2;
  /**
   * How long an attempt may take, name lookup and handshakes included, in milliseconds, 0 or more; 30,000 unless set. `Infinity`
   * sets no bound. Afterwards the attempt fails with a `TimeoutError`.
   */
  readonly timeoutMs?: number;
  /** Cancels the attempt when it is aborted: the attempt fails with a `UserAbortError`. It does not affect a connection. */
  readonly signal?: AbortSignal;
}

/** Options of `Reactor.connectTCP`. */
export interface ConnectOptions extends DialOptions {
  /** The only family of addresses to use; both unless set. */
  readonly family?: 'IPv4' | 'IPv6';
  /** The local IP address to connect from, a literal without brackets; the system chooses unless set. */
  readonly bindAddress?: string;
  /** The local port to connect from, 0 to 65,535; the system chooses when it is 0 or not set. */
  readonly bindPort?: number;
  /**
   * Decides when the host name is looked up; at once unless set. It is called with a function that begins the lookup, which it
   * calls now or later, and returns a function that cancels the lookup while it waits. What it throws is reported, and the attempt
   * fails. It is meant for names that others choose: a few names that are never answered keep the system from looking up any.
   */
  readonly queueLookup?: (lookUp: () => Promise<unknown>) => () => void;
}

/** Options of `Reactor.connectUNIX`. */
export interface ConnectUNIXOptions extends DialOptions {}

/** Options of `Reactor.connectProcess`. */
export interface ConnectProcessOptions extends DialOptions, ProcessOptions {
  /**
   * How long the process may live once `loseConnection` has closed its input, or it has ended its output, in milliseconds, at least 0;
   * 5,000 unless set. Then it gets SIGTERM, and that much later SIGKILL. It takes the place of `lingerTimeoutMs` and `lingerMaxMs`.
   * `Infinity` sets no bound.
   */
  readonly killTimeoutMs?: number;
}

/** Options of `Reactor.adoptStream` and `adoptStreamConnection` for a `Factory`. */
export interface AdoptOptions extends ConnectionOptions {
  /** What `getHost()` returns; unless set, what the system knows of a socket, and a `PipeAddress` for anything else. */
  readonly local?: Address;
  /** What `getPeer()` returns; unless set, what the system knows of a socket, and a `PipeAddress` for anything else. */
  readonly peer?: Address;
  /** TLS in the role of the server, from the first byte on; in clear unless set. */
  readonly tls?: ServerTLS;
  /**
   * How to read the PROXY header with which the connection begins; there is none unless set. The `peer` has to be one of the trusted
   * proxies.
   */
  readonly haproxy?: ProxyOptions;
}

/** Options of `Reactor.adoptStream` and `adoptStreamConnection` for a `ClientFactory`. */
export interface AdoptClientOptions extends DialOptions, Pick<AdoptOptions, 'local' | 'peer'> {}

/** Throws a `TypeError` unless the options are an object: only leaving them out gives the defaults. */
export function checkOptions(options: unknown, example = 'closeTimeoutMs: 1000'): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options is ${described(options)}, not an object such as { ${example} }`);
}
