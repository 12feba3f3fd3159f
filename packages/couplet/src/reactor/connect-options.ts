import type { ConnectionOptions } from '../protocol/options.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS } from '../protocol/tls.ts';

/** Options of `connectUNIX` and `connectStdio`. */
export interface ConnectUNIXOptions extends ConnectionOptions {
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
export interface ConnectOptions extends ConnectUNIXOptions {
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
