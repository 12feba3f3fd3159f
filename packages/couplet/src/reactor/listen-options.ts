import type { ConnectionOptions } from '../protocol/connection-options.ts';

/** Options of every port: of `adoptStreamPort`, and of what follows. */
export interface PortOptions extends ConnectionOptions {
  /** How many connections may wait to be accepted; 4,096 unless set. */
  readonly backlog?: number;
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
