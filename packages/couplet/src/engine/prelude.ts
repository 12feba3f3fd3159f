import type { Address } from '../address/address.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { TlsInfo } from '../seam/tls.ts';

/** What was found out about a connection before it had its protocol. */
export interface Prelude {
  /** Where its port listens: this end's address, once the runtime has forgotten the right one. */
  readonly host?: Address | undefined;
  readonly tls?: TlsInfo | undefined;
  readonly proxyHeader?: ProxyHeader | undefined;
}

/** Of most connections there is nothing to know. */
export const NO_PRELUDE: Prelude = {};
