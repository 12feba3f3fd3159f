import type { Address, IPv4Address, IPv6Address } from '../address/address.ts';
import type { Transport } from './transport.ts';

/** A port that is open, at an address of type Host. Disposing of it (`await using`) is `stopListening`. */
export interface ListeningPort<Host extends Address = Address> extends AsyncDisposable {
  /** Where it listens; tells the port that was picked for port 0. */
  getHost(): Host;
  /** Its connections, the newest first, from before `connectionMade` until after `connectionLost`, and how many there are. */
  readonly connections: Iterable<Transport> & { readonly size: number };
  /**
   * Reads certificates and keys again: connections from now on see the new ones, those that are there go on. Does nothing
   * where there are none that can be read again. Rejects when they cannot be used; then the old ones stay.
   */
  reload(): Promise<void>;
  /**
   * Resolves when the port is free for others. Whoever has no protocol yet is refused at once, open connections live on. Calling it
   * again gives the same promise.
   */
  stopListening(): Promise<void>;
}

/** True for a port that listens on TCP. */
export function isTCP(port: ListeningPort): port is ListeningPort<IPv4Address | IPv6Address> {
  return 'port' in port.getHost();
}
