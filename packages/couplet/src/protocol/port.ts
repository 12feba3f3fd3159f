import type { Address, IPv4Address, IPv6Address } from '../address/address.ts';
import type { Transport } from './transport.ts';

/** Options of `ListeningPort.drain`. */
export interface DrainOptions {
  /**
   * How long connections may take to end by themselves, in milliseconds, 0 or more; 25,000 unless set. `Infinity` sets no bound.
   */
  readonly timeoutMs?: number;
  /**
   * How long those that are left then may take to end in order, in milliseconds, 0 or more; 1,000 unless set. In that time what is
   * unsent is sent, and the peer may close; what has unsent bytes after that is reset.
   */
  readonly stopLingerMs?: number;
}

/** How the connections of a port that drained have ended. */
export interface Drained {
  /** How many ended by themselves within the time. */
  readonly closed: number;
  /** How many had not, and were ended. */
  readonly aborted: number;
}

/** A port that listens at an address of the type Host. Disposing of it (`await using`) calls `stopListening`. */
export interface ListeningPort<Host extends Address = Address> extends AsyncDisposable {
  /** Returns the address where it listens. If it was asked to listen on port 0, this has the port that the system chose. */
  getHost(): Host;
  /** Its connections, the newest first, from before `connectionMade` until after `connectionLost`, and how many there are. */
  readonly connections: Iterable<Transport> & { readonly size: number };
  /**
   * Reads certificates and keys again. Later connections use the new ones, open ones go on. Resolves when they are in use; does
   * nothing if the port does not have certificates that can be read again. Rejects if they cannot be read or used; then the old
   * ones stay.
   */
  reload(): Promise<void>;
  /**
   * Stops listening. Resolves when the address can be used again. Connections that do not have their protocol yet are
   * refused at once, also those that a drain waits for; open ones are not closed. A further call returns the promise of the first
   * one.
   */
  stopListening(): Promise<void>;
  /**
   * Stops listening, and waits for the connections to end by themselves: each protocol is told by its `draining`, each `Connection`
   * by its signal of that name. Connections that do not have their protocol yet are let through, and told as well. When the time is
   * up, those that are left are ended as by `stop` of the reactor, and those without a protocol are refused. Resolves when all are
   * gone.
   *
   * A further call returns the promise of the first one, whatever its options. A reactor that stops ends a drain. Rejects with a
   * `RangeError` that names an option which is not a number of at least 0; nothing has happened then.
   */
  drain(options?: DrainOptions): Promise<Drained>;
}

/** True for a port that listens on TCP. */
export function isTCP(port: ListeningPort): port is ListeningPort<IPv4Address | IPv6Address> {
  return 'port' in port.getHost();
}
