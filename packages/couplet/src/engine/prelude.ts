import type { Address } from '../address/address.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { PeerCredentials } from '../seam/kernel.ts';
import type { TlsInfo } from '../seam/tls.ts';

/** What is known of a connection before it has its protocol. */
export interface Prelude {
  /** Its id, and when it was accepted, if it had to wait for its protocol. */
  readonly arrival?: { readonly id: number; readonly since: number } | undefined;
  /** Where its port listens: the address of this end when the runtime does not know the exact one any more. */
  readonly host?: Address | undefined;
  /** The exact address of this end, once it was asked for. */
  readonly local?: Address | undefined;
  /** Who the peer is, once that was asked for. */
  readonly credentials?: PeerCredentials | undefined;
  /** What the handshake agreed on. */
  readonly tls?: TlsInfo | undefined;
  /** The address of the proxy that sent the header. */
  readonly via?: Address | undefined;
  /** The PROXY header that came first. */
  readonly proxyHeader?: ProxyHeader | undefined;
}

/** One for all connections of which nothing is known. */
export const NO_PRELUDE: Prelude = {};
