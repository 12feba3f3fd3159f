import type { SocketName } from '../seam/address.ts';
import type { Tlv } from './tlv.ts';

/**
 * What a proxy says of a connection before it passes bytes on: a header of the PROXY protocol (HAProxy's
 * proxy-protocol.txt), version 1 (a line of text) or 2 (binary).
 */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `LOCAL`: the proxy speaks for itself, as in a health check. Only version 2 says so. */
  readonly command: 'LOCAL' | 'PROXY';
  /** Who connected to the proxy. Undefined, like `destination`, where the header does not say (`LOCAL`, `UNKNOWN`, UNSPEC). */
  readonly source: SocketName | undefined;
  /** Where to. Of the same family as `source`. */
  readonly destination: SocketName | undefined;
  /** What else is known of the connection, in the order of the header. Version 1 has none. */
  readonly tlvs: readonly Tlv[];
}

/** A header that names no addresses. */
export function nameless(version: 1 | 2, command: 'LOCAL' | 'PROXY', tlvs: readonly Tlv[] = []): ProxyHeader {
  return { version, command, source: undefined, destination: undefined, tlvs };
}
