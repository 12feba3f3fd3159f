import type { ConnectionOptions } from '../protocol/connection-options.ts';

/** Options of `connectUNIX` and `connectStdio`. */
export interface ConnectUNIXOptions extends ConnectionOptions {
  /** How long an attempt may take, name lookup included; 30,000 unless set, `Infinity` for no bound. */
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
}
