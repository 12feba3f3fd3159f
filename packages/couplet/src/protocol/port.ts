import type { Address, IPv4Address, IPv6Address } from '../address/address.ts';
import type { Transport } from './transport.ts';

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
   * refused at once, open ones are not closed. A further call returns the promise of the first one.
   */
  stopListening(): Promise<void>;
}

/** True for a port that listens on TCP. */
export function isTCP(port: ListeningPort): port is ListeningPort<IPv4Address | IPv6Address> {
  return 'port' in port.getHost();
}
