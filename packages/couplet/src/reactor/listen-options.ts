import type { ProxyOptions } from '../haproxy/options.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { ServerTLS } from '../protocol/tls.ts';

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
